"""The container files run commands that exist, with variables that are documented."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from alsolike.cli import commands

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# S3 runs another program of our image.
OURS = sorted(name for name, service in SERVICES.items() if "build" in service and name != "s3")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()


def parse(arguments: list[str]) -> None:
    """Parse a command line as alsolike would, without running it."""
    name, command, rest = commands.resolve_command(click.Context(commands), arguments)
    assert command is not None
    command.make_context(name, rest)


def test_the_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == {"postgres", "s3", "migrate", "worker", "web", "demo"}
    assert set(OURS) == {"migrate", "worker", "web", "demo"}


@pytest.mark.parametrize("service", OURS)
def test_a_service_runs_a_command_that_exists(service: str) -> None:
    parse(SERVICES[service]["command"])


def test_a_command_that_does_not_exist_would_be_told() -> None:
    with pytest.raises(click.UsageError):
        parse(["serve", "--no-such-option"])


def test_the_images_run_commands_that_exist() -> None:
    assert re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE) == ['["alsolike"]']
    commands_run = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert [json.loads(command) for command in commands_run] == [["serve"], ["worker"]]
    for command in commands_run:
        parse(json.loads(command))


def test_every_variable_is_documented() -> None:
    documented = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE, re.MULTILINE))
    text = (ROOT / "docker-compose.yml").read_text()
    # A dollar that is doubled is for the shell in the container.
    substituted = set(re.findall(r"(?<!\$)\$\{?([A-Z0-9_]+)", text))
    given = {name for service in OURS for name in SERVICES[service]["environment"]}
    assert substituted | given <= documented


def test_every_setting_of_the_example_reaches_a_container() -> None:
    # The image has its home; the others tell of servers that compose does not run.
    fixed = {"ALSOLIKE_HOME", "ALSOLIKE_POOLER", "ALSOLIKE_POSTGRES_VERSION", "ALSOLIKE_ROLES"}
    text = (ROOT / "docker-compose.yml").read_text()
    passed = set(re.findall(r"\$\{(ALSOLIKE_\w+)", text))
    known = set(re.findall(r"^#?(ALSOLIKE_\w+)=", EXAMPLE, re.MULTILINE))
    assert passed == known - fixed


def test_what_compose_asks_for_stands_open_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    needed = set(re.findall(r"\$\{([A-Z0-9_]+):\?", text))
    assert needed == set(re.findall(r"^([A-Z][A-Z0-9_]*)=$", EXAMPLE, re.MULTILINE))


@pytest.mark.parametrize("service", OURS)
def test_a_service_waits_for_the_database_and_its_schema(service: str) -> None:
    waits_for = SERVICES[service]["depends_on"]
    if service == "migrate":
        assert waits_for == {"postgres": {"condition": "service_healthy"}}
    else:
        assert waits_for["migrate"] == {"condition": "service_completed_successfully"}


def test_the_image_holds_what_it_copies() -> None:
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        copied |= {source.partition("/")[0] for source in line.split()[:-1]}
    assert copied == kept


def test_every_image_is_pinned_by_its_digest() -> None:
    images = re.findall(r"^ARG \w+_IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)
    images += [service["image"] for service in SERVICES.values() if "build" not in service]
    assert len(images) == 3
    for image in images:
        assert re.search(r":[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$", image), image
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)
    names = {name for _, name in stages}
    assert all(source in names or source.startswith("${") for source, _ in stages)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(service: str) -> None:
    settings = SERVICES[service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert "cap_add" not in settings
    assert set(settings["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    user = settings.get("user", "") if "build" not in settings else "10001"
    assert user in {"postgres", "10001"}
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE) == ["10001"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_runs_for_long_tells_whether_it_is_well(service: str) -> None:
    settings = SERVICES[service]
    check = settings.get("healthcheck", {})
    if settings.get("restart") is None:
        assert check == {"disable": True}
        return
    target = settings.get("build", {}).get("target")
    in_image = [stage for stage in DOCKERFILE.split("\nFROM ") if f" AS {target}\n" in stage]
    assert check.get("test") or (in_image and "HEALTHCHECK" in in_image[0])
    assert not check.get("disable")


def test_the_site_has_its_own_login_and_no_keys_of_s3() -> None:
    environment = SERVICES["web"]["environment"]
    assert environment["PGUSER"] == "alsolike_app"
    assert "ALSOLIKE_APP_PASSWORD" in environment["PGPASSWORD"]
    assert not [name for name in environment if name.startswith("AWS_")]
    assert SERVICES["web"]["build"]["target"] == "web"
