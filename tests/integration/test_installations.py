"""alsolike on servers as shops have them: a plain owner, pgvector anywhere, taken names."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar.testing import TestClient

from alsolike.cli import run as command
from alsolike.database import ANALYST_ROLE, APP_ROLE, connect, refuse_old_server
from alsolike.errors import UnsupportedServerError
from alsolike.loading import load_folder
from alsolike.migrate import check_database, current_revision, migrate, remaining_objects
from alsolike.neighbours import write_all_neighbours
from alsolike.privacy.erase import erase
from alsolike.privacy.retain import retain
from alsolike.progress import ignore_progress
from alsolike.revision_steps import MigrationError
from alsolike.schemas import SCHEMAS
from alsolike.settings import load_settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.transform import transform
from api.app import create_app
from embed.run import embed_all
from tests.fixtures.encoder import HashEncoder
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.database import execute, maintenance, run
from tests.shop.files import select as run_raw
from tests.shop.files import write
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

# Words that the tiny encoder knows; the shop's texts name its schemas, which nothing may change.
PRODUCTS = "product_id,title,category,brand,price,currency\n" + "".join(
    f"p{n},{colour} {thing},'raw' raw.products > {thing},Brand,{n + 1},EUR\n"
    for n, (colour, thing) in enumerate(
        (colour, thing)
        for colour in ("red", "blue", "green", "white")
        for thing in ("cup", "pot", "saw", "lamp")
    )
)
SHOPPERS = "shopper_id,display_name,consent\nann,Ann,yes\nben,Ben,yes\n"
VIEWS = "view_id,shopper_id,product_id,viewed_at\n" + "".join(
    f"v{n},{who},p{n},2024-03-0{1 + n % 5}T10:00:00Z\n"
    for n, who in enumerate(["ann", "ann", "ann", "ben", "ben", "ben"])
)
PURCHASES = (
    "purchase_id,shopper_id,product_id,purchased_at,order_id\n"
    "b1,ann,p1,2024-03-02T10:00:00Z,o1\nb2,ann,p2,2024-03-02T10:00:00Z,o1\n"
    "b3,ben,p1,2024-03-03T10:00:00Z,o2\nb4,ben,p2,2024-03-03T10:00:00Z,o2\n"
    "b5,ann,p7,2024-03-04T10:00:00Z,o3\nb6,ann,p8,2024-03-04T10:00:00Z,o3\n"
)


@dataclass(frozen=True)
class Server:
    """How an administrator has prepared a database.

    Attributes
    ----------
    extension : str
        Schema of pgvector.
    prefix : str
        Of alsolike's schemas; the names without it are the shop's own.
    roles : str
        `member`: the owner may act as the two roles; `there`: they are there and no more; `none`.
    isolation : str
        What transactions of the database have that do not say.
    """

    extension: str = "public"
    prefix: str = ""
    roles: str = "member"
    isolation: str = "read committed"


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_is_not_utf8_is_refused_before_anything_is_done(
    encoding: str,
    postgres_server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"shop_{encoding.lower()}_{secrets.token_hex(4)}"
    with maintenance(postgres_server) as server:
        server.execute(
            f"create database {name} template template0 encoding '{encoding}' locale 'C'".encode()
        )
    try:
        for variable, value in {**postgres_server, "PGDATABASE": name}.items():
            monkeypatch.setenv(variable, value)
        for words in (["check"], ["migrate"]):
            assert command(words) == 1
            said = capsys.readouterr()
            told = said.out + said.err
            assert f"The encoding of the database {name} is {encoding}, and" in told
            assert f"create database \"{name}_utf8\" template template0 encoding 'UTF8'" in told
        assert run_raw("select count(*) from pg_extension where extname = 'vector'") == [(0,)]
        with maintenance(postgres_server) as server:
            # What is told to be run can be run.
            server.execute(said.err.partition("runs: ")[2].strip().encode())
            server.execute(f"drop database {name}_utf8".encode())
    finally:
        with maintenance(postgres_server) as server:
            server.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def owner(
    request: pytest.FixtureRequest, postgres_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Be the owner of a new database who is no superuser; `Server` says what is prepared."""
    given: Server = request.param
    name = f"shopowner_{secrets.token_hex(4)}"
    with maintenance(postgres_server) as server:
        server.execute(f"create role {name} login".encode())
        if given.roles == "member":
            server.execute(f"grant {APP_ROLE}, {ANALYST_ROLE} to {name}".encode())
        server.execute(f"create database {name} template template0 owner {name}".encode())
        isolation = f"default_transaction_isolation = '{given.isolation}'"
        server.execute(f"alter database {name} set {isolation}".encode())
    for variable, value in {**postgres_server, "PGDATABASE": name}.items():
        monkeypatch.setenv(variable, value)
    if given.extension != "public":
        execute(f"create schema {given.extension}")
        roles = "" if given.roles == "none" else f", {APP_ROLE}, {ANALYST_ROLE}"
        execute(f"grant usage on schema {given.extension} to {name}{roles}")
    execute(f"create extension vector schema {given.extension}")
    if given.prefix:
        for schema in SCHEMAS:
            execute(f"create schema {schema}")
            execute(f"create table {schema}.products (sku text)")
    monkeypatch.setenv("PGUSER", name)
    monkeypatch.setenv("ALSOLIKE_SCHEMA_PREFIX", given.prefix)
    monkeypatch.setenv("ALSOLIKE_ROLES", "false" if given.roles == "none" else "")
    yield name
    with maintenance(postgres_server) as server:
        server.execute(f"drop database {name} with (force)".encode())
        server.execute(f"drop role {name}".encode())


SERVERS = {
    "plain owner": Server(),
    "pgvector elsewhere, no roles": Server(extension="extensions", roles="none"),
    "names taken": Server(extension='"Vector types"', prefix="alsolike_", roles="there"),
    "strict isolation": Server(isolation="serializable"),
}


@pytest.mark.parametrize("owner", SERVERS.values(), ids=SERVERS, indirect=True)
def test_everything_works(
    owner: str, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path / "home"))
    settings = load_settings()
    prefix = settings.schema_prefix
    # A real encoder has a light copy, by which searches compare vectors; one of the cases will do.
    encoder = None if prefix else HashEncoder()
    if encoder is None:
        monkeypatch.setenv("ALSOLIKE_ENCODER", str(make_tiny_encoder(tmp_path)))
        settings = load_settings()
    migrate()
    files = write(
        tmp_path / "shop", products=PRODUCTS, shoppers=SHOPPERS, views=VIEWS, purchases=PURCHASES
    )
    summary = load_folder(files, consent="personalisation", report=ignore_progress)
    assert summary.total.rejected == 0
    transform(with_tests=False, report=ignore_progress)
    embedded = embed_all(settings, report=ignore_progress, encoder=encoder)
    assert (embedded.vectors, embedded.failed) == (16, 0)
    write_all_neighbours(model=None, k=5, sessions=2, report=ignore_progress)
    export_snapshot(settings, report=ignore_progress)
    fetch_snapshot(settings, report=ignore_progress)

    if settings.are_roles_used and prefix:
        # The owner may not act as the role, so the site logs in as it.
        monkeypatch.setenv("PGUSER", APP_ROLE)
    with TestClient(create_app(load_settings())) as site:
        assert site.get("/health/ready").json()["status"] == "ready"
        product = site.get("/v1/products/p0").json()
        assert product["category"] == "'raw' raw.products > cup"
        for address in (
            "/v1/products/p0/similar?k=5",
            "/v1/products/p1/goes-with?k=1",
            "/v1/shoppers/ann/recommendations?k=5",
            "/v1/trending?k=5",
            "/v1/shoppers/ann/recently-viewed?k=3",
            "/v1/products?q=red%20cup",
        ):
            answer = site.get(address)
            assert answer.status_code == 200, answer.text
            assert answer.headers["alsolike-tier"] == "live", address
            assert answer.json()["items"], address
        cup = {"product_id": "p0", "title": "red cup", "category": "raw.products"}
        put = site.put("/v1/products", json={"products": [cup]})
        assert put.status_code == 200, put.text
        assert site.get("/v1/products/p0").json()["category"] == "raw.products"
        event = {"kind": "view", "event_id": "e1", "product_id": "p9", "shopper_id": "ann"}
        assert site.post("/v1/events", json=event).status_code in {200, 201, 202}
    monkeypatch.setenv("PGUSER", owner)
    assert run("select count(*) from raw.views where product_id = 'p9'") == [(1,)]
    with connect() as connection:
        receipt = erase(connection, "ben", source="command")
    assert receipt.counts[f"{prefix}raw.views"] == 3
    assert set(retain(settings).values()) == {0}
    sees = "select has_schema_privilege(%s, %s, 'usage')"
    assert run(sees, (APP_ROLE, f"{prefix}raw")) == [(settings.are_roles_used,)]


@pytest.mark.parametrize("owner", [Server(extension="types", roles="there")], indirect=True)
def test_an_analyst_with_a_search_path_of_their_own_calls_the_functions(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate()
    add_vectors(clusters(30))
    monkeypatch.setenv("PGUSER", ANALYST_ROLE)
    assert run_raw("select count(*) from recs.similar_products('v00001', 5)") == [(5,)]
    assert run_raw(
        "select count(*) from recs.nearest_products("
        "(select embedding from recs.product_vectors where product_id = 'v00001'),"
        " (select model_id from recs.serving_model), 5)"
    ) == [(5,)]
    assert run_raw("select count(*) > 0 from recs.search_products('title', null, null)") == [
        (True,)
    ]


def findings() -> dict[str, list[str]]:
    """Return what `check_database` tells, by level."""
    told: dict[str, list[str]] = {"ok": [], "warning": [], "missing": []}
    for finding in check_database():
        told[finding.level] += [finding.text, *finding.statements]
    return told


@pytest.mark.parametrize("owner", [Server(extension="types", roles="there")], indirect=True)
def test_check_tells_what_is_missing_before_and_after(
    owner: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    execute(f"revoke usage on schema types from {owner}, {APP_ROLE}")
    execute(f"revoke all on database {owner} from {owner}, public")
    execute(f"grant connect on database {owner} to public")
    monkeypatch.setenv("PGUSER", owner)
    before = findings()["missing"]
    for expected in (
        f'grant create, temporary on database "{owner}" to "{owner}";',
        f'grant usage on schema "types" to "{owner}";',
        f'grant usage on schema "types" to "{APP_ROLE}";',
    ):
        assert expected in before
    with pytest.raises(
        MigrationError, match=rf'An administrator runs: grant create.* to "{owner}";'
    ):
        migrate()
    assert command(["check"]) == 1

    monkeypatch.setenv("PGUSER", "postgres")
    execute("\n".join(line for line in before if line.endswith(";")))
    monkeypatch.setenv("PGUSER", owner)
    prepared = findings()
    assert prepared["missing"] == []
    assert f'grant "{APP_ROLE}" to "{owner}";' in prepared["warning"]
    capsys.readouterr()
    assert command(["check"]) == 0
    assert "run `alsolike migrate`" in capsys.readouterr().out

    execute(f"alter role {owner} set statement_timeout = '30s'")
    migrate()
    done = findings()
    assert done["missing"] == []
    assert (
        "statement_timeout is 30000 ms for the user; commands lift it for themselves." in done["ok"]
    )
    migrate("0020")
    assert command(["check"]) == 1
    assert "The schema is at revision 0020, behind" in capsys.readouterr().out


@pytest.mark.parametrize("owner", [Server(roles="there")], indirect=True)
def test_a_database_without_pgvector_is_refused_before_anything_is_made(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    execute("drop extension vector")
    monkeypatch.setenv("PGUSER", owner)
    with pytest.raises(MigrationError, match="no pgvector.* runs: create extension vector;$"):
        migrate()
    assert remaining_objects() == []
    assert run_raw("select to_regnamespace('ops') is null") == [(True,)]


@pytest.mark.parametrize("owner", [Server()], indirect=True)
@pytest.mark.parametrize(
    ("version", "level", "says"),
    [
        ("0.7.4", "missing", "0.8.0 or newer is needed"),
        ("0.8.3", "warning", "0.8.4 or newer is advised"),
        ("0.8.10", "ok", "pgvector 0.8.10 in the schema public."),
    ],
)
def test_an_old_pgvector_is_refused_or_warned_of(
    owner: str,
    version: str,
    level: str,
    says: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    run("update pg_extension set extversion = %s where extname = 'vector'", (version,))
    monkeypatch.setenv("PGUSER", owner)
    assert any(says in line for line in findings()[level])
    if level == "missing":
        with pytest.raises(MigrationError, match="alter extension vector update;"):
            migrate()
        assert current_revision() == "base"
    else:
        migrate("0001")
        assert (says in caplog.text) is (level == "warning")


def test_a_server_that_is_too_old_is_one_clear_error() -> None:
    with pytest.raises(UnsupportedServerError, match="Postgres 15, and alsolike needs 16 or newer"):
        refuse_old_server(150_013)
    refuse_old_server(160_000)


@pytest.mark.parametrize("owner", [Server(prefix="alsolike_")], indirect=True)
def test_taken_names_are_refused_with_the_setting(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_SCHEMA_PREFIX", "")
    with pytest.raises(MigrationError, match=r"marts \(.*raw \(.*Set ALSOLIKE_SCHEMA_PREFIX"):
        migrate()
    tables = "select count(*) from pg_class where relkind = 'r' and relnamespace = any(%s)"
    shops = f"array{list(SCHEMAS)}::regnamespace[]"
    assert run_raw(tables.replace("%s", shops)) == [(len(SCHEMAS),)]
    assert run_raw("select to_regclass('public.schema_revision') is null") == [(True,)]


@pytest.mark.parametrize("owner", [Server(roles="none")], indirect=True)
def test_without_roles_nothing_is_granted_and_it_goes_down_again(owner: str) -> None:
    migrate()
    granted = (
        "select count(*) from pg_shdepend where dbid = (select oid from pg_database"
        " where datname = current_database()) and refobjid = any(%s::regrole[]::oid[])"
    )
    assert run(granted, ([APP_ROLE, ANALYST_ROLE],)) == [(0,)]
    function = "select proacl::text from pg_proc where oid = to_regproc('recs.similar_products')"
    assert run(function) == [(f"{{{owner}=X/{owner}}}",)]
    migrate("base")
    assert remaining_objects() == []


@pytest.mark.parametrize("owner", [Server()], indirect=True)
def test_the_revision_of_an_older_installation_moves_to_ops(owner: str) -> None:
    migrate("0020")
    execute("alter table ops.schema_revision set schema public")
    migrate()
    assert run("select count(*) from ops.schema_revision") == [(1,)]
    assert run("select to_regclass('public.schema_revision') is null") == [(True,)]


@pytest.mark.parametrize("owner", [Server()], indirect=True)
def test_a_table_of_that_name_which_is_the_shops_stays(owner: str) -> None:
    execute("create table public.schema_revision (at integer)")
    migrate()
    assert run("select count(*) from public.schema_revision") == [(0,)]
