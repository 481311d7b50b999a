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
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "alsolike")
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


def test_the_image_runs_a_command_that_exists() -> None:
    entrypoint = re.search(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)
    command = re.search(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert entrypoint is not None
    assert command is not None
    assert json.loads(entrypoint[1]) == ["alsolike"]
    parse(json.loads(command[1]))


def test_every_variable_is_documented() -> None:
    documented = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE, re.MULTILINE))
    text = (ROOT / "docker-compose.yml").read_text()
    # A dollar that is doubled is for the shell in the container.
    substituted = set(re.findall(r"(?<!\$)\$\{?([A-Z0-9_]+)", text))
    given = {name for service in OURS for name in SERVICES[service]["environment"]}
    assert substituted | given <= documented


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


def test_nothing_runs_as_root_and_every_image_is_pinned() -> None:
    assert re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE) == ["10001"]
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images += [service["image"] for name, service in SERVICES.items() if name not in OURS]
    assert all(re.search(r":[\w.-]*\d", image) for image in images)
