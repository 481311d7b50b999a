"""Settings: defaults, bad values, the secret, and which servers are embedded."""

import os
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from pathlib import Path

import pytest

from alsolike.api_keys import SCOPES
from alsolike.errors import SettingError
from alsolike.settings import (
    DEFAULT_ENCODER,
    DEFAULT_ENCODER_SHA256,
    Settings,
    export_connection,
    load_settings,
)

EXAMPLE = Path(__file__).parents[2] / ".env.example"

# Read by libpq and boto3 themselves.
OF_LIBRARIES = {
    "PGPASSWORD",
    "PGTARGETSESSIONATTRS",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_DEFAULT_REGION",
    "AWS_REQUEST_CHECKSUM_CALCULATION",
}

NUMBERS = {
    "ALSOLIKE_EMBED_BATCH_SIZE": ("embed_batch_size", 1, 4096),
    "ALSOLIKE_KEEP_IMPRESSIONS_DAYS": ("keep_impressions_days", 1, 36_500),
    "ALSOLIKE_KEEP_JOBS_DAYS": ("keep_jobs_days", 1, 36_500),
    "ALSOLIKE_KEEP_SESSIONS_DAYS": ("keep_sessions_days", 1, 36_500),
    "ALSOLIKE_KEEP_REJECTED_ROWS_DAYS": ("keep_rejected_rows_days", 1, 36_500),
    "ALSOLIKE_KEEP_RUNS_DAYS": ("keep_runs_days", 1, 36_500),
    "ALSOLIKE_KEEP_SESSION_VIEWS_DAYS": ("keep_session_views_days", 1, 36_500),
    "ALSOLIKE_NEIGHBOURS_K": ("neighbours_k", 1, 1000),
    "ALSOLIKE_PORT": ("port", 1, 65535),
    "ALSOLIKE_WEB_WORKERS": ("web_workers", 1, 64),
    "ALSOLIKE_PULL_COMPARE_MINUTES": ("pull.compare_minutes", 0, 10_080),
    "ALSOLIKE_PULL_OVERLAP_MINUTES": ("pull.overlap_minutes", 0, 10_080),
    "ALSOLIKE_PULL_SECONDS": ("pull.every_seconds", 0, 604_800),
    "ALSOLIKE_PULL_TIMEOUT_SECONDS": ("pull.timeout_seconds", 1, 86_400),
    "ALSOLIKE_POOL_SIZE": ("pool_size", 1, 256),
    "ALSOLIKE_RATE_LIMIT": ("rate_limit", 0, 10_000_000),
    "ALSOLIKE_SEARCH_ENCODE_MS": ("search_encode_ms", 0, 10_000),
    "ALSOLIKE_SMTP_PORT": ("mail.port", 1, 65535),
    "ALSOLIKE_STATEMENT_TIMEOUT_MS": ("statement_timeout_ms", 1, 600_000),
    "ALSOLIKE_FALLBACK_TIMEOUT_MS": ("fallback_timeout_ms", 1, 600_000),
}


class NotedEnvironment(Mapping[str, str]):
    """Variables that note which names were asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


GIVEN = "a secret of this test, long enough"


def read(home: Path, **variables: str) -> Settings:
    """Read settings from these variables alone, with a home of the test's."""
    return load_settings({"ALSOLIKE_HOME": str(home), **variables})


def test_every_variable_is_documented_and_every_documented_one_is_read(tmp_path: Path) -> None:
    environment = NotedEnvironment({"ALSOLIKE_HOME": str(tmp_path)})
    load_settings(environment)
    documented = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(environment.asked | OF_LIBRARIES)


def test_every_documented_variable_has_a_comment_of_its_own() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]*=", line) and line != "AWS_SECRET_ACCESS_KEY=":
            assert lines[number - 1].startswith("# "), line


def test_documented_defaults_are_the_defaults(tmp_path: Path) -> None:
    shown = dict(re.findall(r"^#(ALSOLIKE_\w+)=(.+)$", EXAMPLE.read_text(), re.MULTILINE))
    del shown["ALSOLIKE_HOME"]
    assert read(tmp_path, **shown, ALSOLIKE_SECRET=GIVEN) == read(tmp_path, ALSOLIKE_SECRET=GIVEN)


def test_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.home == tmp_path
    assert (settings.s3_bucket, settings.s3_prefix) == ("alsolike", "snapshots")
    assert (settings.encoder, settings.encoder_sha256) == (DEFAULT_ENCODER, DEFAULT_ENCODER_SHA256)
    assert (settings.host, settings.port, settings.web_workers) == ("127.0.0.1", 8000, 1)
    assert (settings.embed_batch_size, settings.neighbours_k) == (64, 20)
    assert (settings.pool_size, settings.statement_timeout_ms) == (4, 2000)
    assert settings.fallback_timeout_ms == 250
    assert settings.are_variants_by_title is True
    assert settings.is_cookie_secure is False
    assert (settings.api_keys, settings.rate_limit, settings.trusted_proxies) == ((), 0, ())
    assert settings.allowed_hosts == ("localhost", "127.0.0.1")


def test_pages_are_on_unless_they_are_turned_off(tmp_path: Path) -> None:
    assert read(tmp_path).are_pages_on
    assert not read(tmp_path, ALSOLIKE_PAGES="false").are_pages_on


@pytest.mark.parametrize(("security", "port"), [("", 587), ("tls", 465), ("none", 25)])
def test_mail_goes_to_the_usual_port(tmp_path: Path, security: str, port: int) -> None:
    mail = read(tmp_path, ALSOLIKE_SMTP_SECURITY=security).mail
    assert (mail.host, mail.port, mail.folder) == ("", port, tmp_path / "mail")


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("ALSOLIKE_MAIL_FROM", {"ALSOLIKE_SMTP_HOST": "mail.example"}),
        ("ALSOLIKE_MAIL_FROM", {"ALSOLIKE_MAIL_FROM": "a shop"}),
        ("ALSOLIKE_MAIL_FROM", {"ALSOLIKE_MAIL_FROM": "a@b.example, c@d.example"}),
        ("ALSOLIKE_MAIL_FROM", {"ALSOLIKE_MAIL_FROM": "a@b.example\nBcc: c@d.example"}),
        ("ALSOLIKE_SMTP_SECURITY", {"ALSOLIKE_SMTP_SECURITY": "ssl"}),
        (
            "ALSOLIKE_SMTP_SECURITY",
            {"ALSOLIKE_SMTP_SECURITY": "none", "ALSOLIKE_SMTP_USER": "shop"},
        ),
    ],
)
def test_mail_that_could_not_be_sent_is_told_at_the_start(
    tmp_path: Path, name: str, variables: dict[str, str]
) -> None:
    with pytest.raises(SettingError, match=name):
        read(tmp_path, **variables)


@pytest.mark.parametrize(
    ("host", "given", "allowed"),
    [
        ("127.0.0.1", "", ("localhost", "127.0.0.1")),
        ("localhost", "", ("localhost", "localhost")),
        ("0.0.0.0", "", ("*",)),  # noqa: S104
        ("127.0.0.1", "Shop.example, .other.example", ("shop.example", ".other.example")),
        ("127.0.0.1", "*", ("*",)),
    ],
)
def test_the_names_that_are_answered_to(
    tmp_path: Path, host: str, given: str, allowed: tuple[str, ...]
) -> None:
    settings = read(tmp_path, ALSOLIKE_HOST=host, ALSOLIKE_ALLOWED_HOSTS=given)
    assert settings.allowed_hosts == allowed


@pytest.mark.parametrize("given", ["shop.example:8000", "https://shop.example", "a b", "*.example"])
def test_what_is_no_name_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_ALLOWED_HOSTS"):
        read(tmp_path, ALSOLIKE_ALLOWED_HOSTS=given)


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    environment = NotedEnvironment({"ALSOLIKE_HOME": str(tmp_path)})
    plain = load_settings(environment)
    empty = dict.fromkeys(environment.asked - {"ALSOLIKE_HOME"}, "")
    assert read(tmp_path, **empty) == plain


def test_the_home_is_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).home == tmp_path / ".alsolike"
    assert read(Path("here")).home == tmp_path / "here"


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_within_their_range_are_taken(tmp_path: Path, name: str) -> None:
    attribute, low, high = NUMBERS[name]
    for value in (low, high):
        assert attrgetter(attribute)(read(tmp_path, **{name: str(value)})) == value


@pytest.mark.parametrize("name", NUMBERS)
def test_other_numbers_are_refused_by_name_and_range(tmp_path: Path, name: str) -> None:
    _, low, high = NUMBERS[name]
    for value in (str(low - 1), str(high + 1), "1.5", "many", "-"):
        with pytest.raises(SettingError, match=f"{name} is '{value}'.* from {low} to {high}"):
            read(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("value", "is_secure"), [("true", True), ("1", True), ("ON", True), ("no", False), ("0", False)]
)
def test_yes_and_no(tmp_path: Path, value: str, *, is_secure: bool) -> None:
    assert read(tmp_path, ALSOLIKE_COOKIE_SECURE=value).is_cookie_secure is is_secure


def test_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_COOKIE_SECURE is 'perhaps'"):
        read(tmp_path, ALSOLIKE_COOKIE_SECURE="perhaps")


def test_another_encoder_is_not_checked_against_the_hash_of_the_default(tmp_path: Path) -> None:
    assert read(tmp_path, ALSOLIKE_ENCODER="other").encoder_sha256 == ""
    given = read(tmp_path, ALSOLIKE_ENCODER="other", ALSOLIKE_ENCODER_SHA256="ab")
    assert given.encoder_sha256 == "ab"


def test_the_prefix_has_no_outer_slashes(tmp_path: Path) -> None:
    assert read(tmp_path, ALSOLIKE_S3_PREFIX="/a/b/").s3_prefix == "a/b"
    assert read(tmp_path, ALSOLIKE_S3_PREFIX="/").s3_prefix == ""


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new"
    first = read(home)
    assert len(first.secret) == 32
    assert read(home).secret == first.secret
    assert read(tmp_path / "other").secret != first.secret
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600


def test_all_that_start_at_once_have_the_same_secret(tmp_path: Path) -> None:
    home = tmp_path / "new"
    all_here = threading.Barrier(8)

    def start(_number: int) -> str:
        all_here.wait()
        return read(home).secret

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(start, range(8)))
    assert found == {(home / "secret").read_text()}
    assert [path.name for path in home.iterdir()] == ["secret"]


_NO_ROOM = """
import resource
from alsolike.cli import run
# No file may grow: the write fails as it does on a full disk.
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
assert run(["migrate"]) == 1
assert run(["migrate"]) == 1
"""


def test_a_secret_that_could_not_be_written_is_told_and_never_used(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", _NO_ROOM],
        env={**os.environ, "ALSOLIKE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"alsolike: Cannot keep a secret in {home}") for line in lines)
    assert list(home.iterdir()) == []
    assert len(read(home).secret) == 32


@pytest.mark.parametrize("content", ["", "\n" * 40, "s" * 31])
def test_a_kept_secret_that_is_too_short_is_refused_and_not_told(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingError, match="at least 32 are needed: delete the file") as caught:
        read(tmp_path)
    assert str(tmp_path / "secret") in str(caught.value)
    assert "sss" not in str(caught.value)
    assert (tmp_path / "secret").read_text() == content


def test_a_given_secret_is_used_and_not_kept(tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert read(home, ALSOLIKE_SECRET=GIVEN).secret == GIVEN
    assert not home.exists()


def test_a_short_secret_is_refused_and_not_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="has 31 characters, at least 32 are needed") as caught:
        read(tmp_path, ALSOLIKE_SECRET="s" * 31)
    assert "sss" not in str(caught.value)


@pytest.mark.parametrize(
    "worthless", ["a" * 32, "abab" * 20, "\0" * 32, "\ufffd" * 40, "ab   " * 9]
)
@pytest.mark.parametrize(
    "name",
    [
        "ALSOLIKE_SECRET",
        "ALSOLIKE_SHOPPER_KEY",
        "ALSOLIKE_ERASURE_KEY",
        "ALSOLIKE_WEBHOOK_SECRET",
    ],
)
def test_a_secret_that_anybody_would_guess_is_refused(
    tmp_path: Path, name: str, worthless: str
) -> None:
    with pytest.raises(SettingError, match="different characters that can be seen") as caught:
        read(tmp_path, **{name: worthless})
    assert name in str(caught.value)
    assert worthless not in str(caught.value)


@pytest.mark.parametrize("content", [b"\0" * 32, b"a" * 32, b"\xff" * 32])
def test_a_kept_secret_that_anybody_would_guess_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingError, match=r"different characters.*delete the file"):
        read(tmp_path)


def test_blanks_are_no_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="has 0 characters"):
        read(tmp_path, ALSOLIKE_SECRET=" " * 40)


def test_a_folder_or_a_broken_link_in_place_of_the_secret_is_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "secret").mkdir()
    with pytest.raises(SettingError, match="it is a folder: take it away"):
        read(tmp_path / "one")
    (tmp_path / "two" / "secret").symlink_to(tmp_path / "gone")
    with pytest.raises(SettingError, match=r"it is a link to .*gone, which is not there"):
        read(tmp_path / "two")


def test_the_secret_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.secret not in repr(settings)


@pytest.mark.parametrize(
    ("host", "limit"), [("127.0.0.1", 0), ("::1", 0), ("localhost", 0), ("192.0.2.1", 6000)]
)
def test_requests_are_limited_where_others_can_reach_us(
    tmp_path: Path, host: str, limit: int
) -> None:
    assert read(tmp_path, ALSOLIKE_HOST=host).rate_limit == limit


def test_keys_and_proxies_are_lists(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        ALSOLIKE_API_KEYS=f"{'a' * 16}, {'b' * 20},",
        ALSOLIKE_TRUSTED_PROXIES="10.0.0.0/8, ::1",
    )
    assert [one.key for one in settings.api_keys] == ["a" * 16, "b" * 20]
    assert {one.scopes for one in settings.api_keys} == {frozenset(SCOPES)}
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert "aaaa" not in repr(settings)


@pytest.mark.parametrize("key", ["short", "ä" * 16])
def test_a_weak_key_is_refused_and_not_told(tmp_path: Path, key: str) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_API_KEYS: number 2 is not") as caught:
        read(tmp_path, ALSOLIKE_API_KEYS=f"{'a' * 16},{key}")
    assert key not in str(caught.value)


def test_a_key_may_have_a_name_and_scopes(tmp_path: Path) -> None:
    settings = read(tmp_path, ALSOLIKE_API_KEYS=f"shop.sync:catalogue+events:{'a' * 16},{'b' * 20}")
    named, plain = settings.api_keys
    assert (named.name, named.key, plain.name) == ("shop.sync", "a" * 16, "2")
    assert named.scopes == {"catalogue", "events"}
    assert "aaaa" not in repr(settings)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (f"shop:{'b' * 20}", "number 2 is of neither form"),
        (f"a shop:read:{'b' * 20}", "number 2 is of neither form"),
        (f":read:{'b' * 20}", "number 2 is of neither form"),
        (f"shop:write:{'b' * 20}", "number 2 has a scope that is none: expected any of read, "),
        (f"shop::{'b' * 20}", "number 2 has a scope that is none"),
        ("shop:read:short-one", "number 2 is not at least 16"),
        (f"1:read:{'b' * 20}", "number 2 has the name '1' of an earlier one"),
        (f"shop:read:{'a' * 16}", "number 2 has its key of an earlier one"),
    ],
)
def test_a_key_of_neither_form_is_refused_and_not_told(
    tmp_path: Path, entry: str, message: str
) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        read(tmp_path, ALSOLIKE_API_KEYS=f"{'a' * 16},{entry}")
    assert entry.rsplit(":", 1)[-1] not in str(caught.value)


def test_a_proxy_that_is_no_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_TRUSTED_PROXIES has 'proxy'"):
        read(tmp_path, ALSOLIKE_TRUSTED_PROXIES="10.0.0.1,proxy")


@pytest.mark.parametrize(
    ("variables", "postgres", "s3"),
    [
        ({}, True, True),
        ({"PGPASSWORD": "x", "AWS_ACCESS_KEY_ID": "x"}, True, True),
        ({"PGHOST": "db"}, False, False),
        ({"PGHOSTADDR": "127.0.0.1"}, False, False),
        ({"PGPORT": "5433"}, False, False),
        ({"PGUSER": "me"}, False, False),
        ({"PGDATABASE": "shop"}, False, False),
        ({"PGSERVICE": "shop"}, False, False),
        ({"PGHOST": ""}, True, True),
        ({"AWS_ENDPOINT_URL": "http://s3"}, True, False),
        ({"AWS_ENDPOINT_URL_S3": "http://s3"}, True, False),
        ({"PGHOST": "db", "AWS_ENDPOINT_URL_S3": "http://s3"}, False, False),
    ],
)
def test_a_server_is_embedded_where_no_variable_names_one(
    tmp_path: Path, variables: dict[str, str], *, postgres: bool, s3: bool
) -> None:
    settings = read(tmp_path, **variables)
    assert (settings.is_postgres_embedded, settings.is_s3_embedded) == (postgres, s3)


def test_an_embedded_address_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "before")
    export_connection({"PGHOST": "after"})
    assert load_settings().is_postgres_embedded is False


@pytest.mark.parametrize(
    ("variables", "has_several"),
    [
        ({}, False),
        ({"PGHOST": "db"}, False),
        ({"PGHOST": "db-1,db-2"}, True),
        ({"PGHOSTADDR": "10.0.0.1,10.0.0.2"}, True),
    ],
)
def test_several_hosts_are_a_primary_and_its_replicas(
    tmp_path: Path, variables: dict[str, str], has_several: bool
) -> None:
    assert read(tmp_path, **variables).has_several_hosts is has_several


@pytest.mark.parametrize("given", ["ServerSideEncryption", "ServerSideEncryption=", "=aws:kms"])
def test_an_argument_of_s3_without_a_value_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_S3_ARGUMENTS"):
        read(tmp_path, ALSOLIKE_S3_ARGUMENTS=given)


def test_a_pooler_is_one_of_two_kinds(tmp_path: Path) -> None:
    assert read(tmp_path).pooler is None
    assert read(tmp_path, ALSOLIKE_POOLER="Transaction").pooler == "transaction"
    with pytest.raises(SettingError, match="ALSOLIKE_POOLER"):
        read(tmp_path, ALSOLIKE_POOLER="statement")
