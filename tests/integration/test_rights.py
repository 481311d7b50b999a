"""What the two roles may do. Every right is listed here, so that a new one is thought about."""

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from alsolike.migrate import migrate
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import TEMPLATE
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

# What analysts read, column by column. Nothing here may tell what a single shopper did or wrote.
ANALYST_READS = {
    "analytics.cohorts": "buyer_share buyers cohort_month cohort_shoppers months_since",
    "analytics.complements": "basis category other_category other_product_id other_title "
    "product_id rank title",
    "analytics.consents_by_day": "decided_on is_granted purpose shoppers",
    "analytics.daily_sales": "buyers currency orders pieces revenue sold_on",
    "analytics.exposure": "catalogue_share clicks dimension exposure_share impressions products "
    "products_shown value",
    "analytics.hides_by_product": "category product_id shoppers title",
    "analytics.list_revenue_by_week": "buyers currency direct_revenue model order_revenue orders "
    "place purchases week",
    "analytics.lists_by_day": "answers clicks impressions measured_impressions model place seen "
    "served_on tier visitors",
    "analytics.neighbours": "category neighbour_category neighbour_id neighbour_title product_id "
    "rank score title",
    "analytics.positions_by_month": "clicks impressions model month place position seen",
    "analytics.reasons_by_week": "clicks impressions model reason_kind seen visitors week",
    "analytics.reviews_by_product": "average_rating category low_share product_id reviews title",
    "analytics.serving_models": "decision is_serving kind model model_id served_since served_until",
    "analytics.shown_products_by_month": "buyers category clicks impressions month product_id seen "
    "title",
    "analytics.shown_products_by_segment": "clickers product_id rank segment segment_kind "
    "segment_shoppers shoppers title",
    "analytics.stock": "brand category created_at currency is_in_stock is_shown price product_id "
    "title",
    "marts.excluded_visitor_counts": "daily_limit events reason visitors",
    "marts.model_evaluations": "cold_share cutoff data_fingerprint evaluated_at evaluation_id high "
    "is_latest k low measured_by metric model shopper_count slice split value",
    "marts.product_complements": "basis lift other_product_id product_id rank score together",
    "marts.product_pairs": "kind lift other_count other_product_id product_count product_id "
    "together",
    "marts.product_popularity": "popularity_all_time popularity_recent product_id "
    "purchases_all_time purchases_recent rank_recent views_all_time views_recent",
    "marts.rebuyable_products": "days_between product_id rebuyer_share",
    "ops.embedding_failures": "attempts encoder_id failed_at part product_id retry_at",
    "ops.runs": "command finished_at is_success run_id started_at",
    "ops.snapshots": "created_at location manifest model_id read_order row_count snapshot_id",
    "raw.products": "attributes brand category created_at currency description gtin image_url "
    "is_hidden is_in_stock item_group_id language loaded_at more_image_urls price product_id "
    "removed_at sale_price search title title_group_id url variant_group_id",
    "recs.impression_counts": "clicked day is_bot model place position product_id seen served tier",
    "recs.encoders": "created_at dimension document_prompt encoder_id name pooling "
    "query_prompt revision sha256",
    "recs.evaluation_differences": "against difference evaluation_id high low metric model",
    "recs.evaluation_metrics": "evaluation_id high low metric model slice value",
    "recs.evaluations": "cutoff data_fingerprint evaluated_at evaluation_id k parameters "
    "shopper_count split",
    "recs.experiments": "arms hypothesis layer layer_from layer_to metric name places "
    "planned_shoppers salt started_at stopped_at stopped_because window_days",
    "recs.models": "created_at dimension encoder_id kind learned model_id name parameters purpose "
    "seed serving",
    "recs.neighbours": "model_id neighbour_id product_id rank score",
    "recs.product_priors": "model_id prior product_id",
    "recs.repurchase_factors": "factor is_own_category model_id product_id",
    "recs.product_vectors": "category embedding model_id product_id updated_at",
    "recs.product_vectors_1": "category embedding model_id product_id updated_at",
    "recs.promotions": "checks kind model model_id previous_model previous_model_id promoted_at "
    "promoted_by promotion_id",
    "recs.query_encoder_files": "content encoder_id name position",
    "recs.query_encoders": "agreement encoder_id failure fingerprint least_letters "
    "least_similarity made_at prefix recipe",
    "raw.shop_language": "is_applied is_single language set_at",
    "recs.search_endings": "stem word",
    "recs.search_limits": "configurations is_single least_letters loaded_at product_count",
    "recs.search_misspellings": "letters place word",
    "recs.search_words": "product_count stems word",
    "recs.serving_model": "is_single model_id switched_at",
}
ANALYST_CALLS = {
    "raw.attribute_words",
    "raw.lowered_text",
    "raw.product_words",
    "raw.search_configuration",
    "raw.text_words",
    "raw.without_accents",
    "recs.all_of",
    "recs.any_of",
    "recs.begun_words",
    "recs.category_size",
    "recs.compounding",
    "recs.few_eligible",
    "recs.firsts_of_groups",
    "recs.fits",
    "recs.fitting_variant",
    "recs.goes_with",
    "recs.has_groups",
    "recs.is_exact_search",
    "recs.is_same_text",
    "recs.list_limit",
    "recs.measure_statement",
    "recs.model_of",
    "recs.most_of_words",
    "recs.nearest_products",
    "recs.nearest_thresholds",
    "recs.nearest_words",
    "recs.pair_reasons",
    "recs.popular_products",
    "recs.products_with_words",
    "recs.query_words",
    "recs.search_configurations",
    "recs.search_products",
    "recs.search_space",
    "recs.similar_products",
    "recs.similar_words",
    "recs.stems",
    "recs.suggested_products",
    "recs.typed_query",
    "recs.variant_count",
    "recs.walk_statement",
    "recs.with_variants",
    "recs.words_that_end_in",
}
APP_CALLS = ANALYST_CALLS | {
    "ops.erase_shopper",
    "ops.is_demo_shop",
    "ops.is_readmitted",
    "raw.event_permission",
    "raw.forget_actions",
    "raw.is_of_product",
    "raw.put_products",
    "raw.remove_products",
    "recs.action_discounts",
    "recs.add_impression_months",
    "recs.actions_before_visit",
    "ops.readmit_shopper",
    "ops.shopper_data",
    "ops.shopper_lock",
    "ops.shopper_rows",
    "recs.buy_again",
    "recs.demo_shoppers",
    "recs.diversified",
    "recs.diversity_level",
    "recs.has_happened",
    "recs.left_out",
    "recs.less_wanted",
    "recs.not_bought_again",
    "recs.popularity_ranks",
    "recs.pushed_down",
    "recs.reason_kind",
    "recs.rebuyable_products",
    "recs.recent_actions",
    "recs.recently_viewed",
    "recs.recommend",
    "recs.recommend_with_reasons",
    "recs.scored_products",
    "recs.serving_options",
    "recs.stored_actions",
    "recs.taste",
    "recs.turned_away",
    "recs.visit_length",
    "recs.with_nearest_action",
}
APP_WRITES = {
    "ops.account_attempts": "INSERT UPDATE DELETE",
    "ops.account_links": "INSERT DELETE",
    "ops.accounts": "INSERT UPDATE",
    "ops.sessions": "INSERT UPDATE DELETE",
    "ops.spent_tokens": "INSERT",
    "raw.basket_additions": "INSERT",
    "raw.basket_lines": "INSERT UPDATE DELETE",
    "raw.baskets": "INSERT UPDATE DELETE",
    "raw.clicks": "INSERT",
    "raw.consents": "INSERT",
    "raw.purchases": "INSERT",
    "raw.returns": "INSERT",
    "raw.reviews": "INSERT DELETE",
    "raw.shoppers": "INSERT",
    "raw.views": "INSERT",
    "recs.hides": "INSERT DELETE",
    "recs.exposures": "INSERT",
    "recs.impression_counts": "INSERT",
    "recs.impressions": "INSERT",
    "recs.preferences": "INSERT DELETE",
}


def run(statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Run a statement; its rows, if it gives any."""
    with connect() as connection:
        cursor = connection.execute(statement.encode(), parameters)
        return cursor.fetchall() if cursor.description else []


def ask_as(role: str, statement: str) -> list[tuple[Any, ...]]:
    with connect(role=role) as connection:
        return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="module")
def shop(postgres_server: dict[str, str]) -> Iterator[None]:
    """Make one shop for all, with its marts and a model; s bought, viewed and hid something."""
    name = f"rights_{secrets.token_hex(4)}"
    with pytest.MonkeyPatch.context() as patch:
        for key, value in {**postgres_server, "PGDATABASE": "postgres"}.items():
            patch.setenv(key, value)
        with connect(autocommit=True) as server:
            server.execute(f"create database {name} template {TEMPLATE}".encode())
            patch.setenv("PGDATABASE", name)
            _fill()
            yield
            server.execute(f"drop database {name} with (force)".encode())


def _fill() -> None:
    add_vectors(clusters(10))
    run("insert into raw.shoppers (shopper_id) values ('s'), ('other')")
    run(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "select s, 'personalisation', true, 'test' from unnest(array['s', 'other']) as s"
    )
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, order_id) "
        "values ('1', 's', 'v00001', now(), 'o'), ('2', 's', 'v00004', now(), 'o')"
    )
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) "
        "values ('1', 's', 'v00002', now()), ('2', 'other', 'v00002', now())"
    )
    run(
        "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at, body) "
        "values ('1', 's', 'v00001', 5, now(), 'My daughter has asthma.')"
    )
    run("insert into recs.hides (shopper_id, product_id) values ('s', 'v00003')")
    transform(with_tests=False, report=ignore_progress)


RELATIONS = """
    select c.oid::regclass::text, string_agg(a.attname, ' ' order by a.attname)
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid
    inner join pg_namespace as n on c.relnamespace = n.oid
    where
        n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and a.attnum > 0
        and not a.attisdropped
        and has_schema_privilege(%(role)s, n.oid, 'usage')
        and has_column_privilege(%(role)s, c.oid, a.attnum, %(right)s)
    group by c.oid
"""
FUNCTIONS = """
    select n.nspname || '.' || p.proname
    from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where
        n.nspname not in ('pg_catalog', 'information_schema')
        and has_schema_privilege(%(role)s, n.oid, 'usage')
        and has_function_privilege(%(role)s, p.oid, 'execute')
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
"""


@pytest.mark.usefixtures("shop")
def test_analysts_read_the_columns_that_are_listed_and_write_none() -> None:
    with connect() as connection:
        rows = connection.execute(RELATIONS, {"role": ANALYST_ROLE, "right": "select"}).fetchall()
        assert dict(rows) == ANALYST_READS
        for right in ("insert", "update", "references"):
            parameters = {"role": ANALYST_ROLE, "right": right}
            assert connection.execute(RELATIONS, parameters).fetchall() == []
        # Postgres 16 has no such right.
        maintain = ",maintain" if connection.info.server_version >= 170_000 else ""
        assert (
            connection.execute(
                "select c.oid::regclass::text from pg_class as c "
                "where c.relkind in ('r', 'p', 'v', 'S') and c.relnamespace >= 16384 "
                "and has_schema_privilege(%(role)s, c.relnamespace, 'usage') and case "
                "when c.relkind = 'S' then has_sequence_privilege(%(role)s, c.oid, 'usage,update') "
                "else has_table_privilege(%(role)s, c.oid, %(rights)s) end",
                {"role": ANALYST_ROLE, "rights": "delete,truncate,trigger" + maintain},
            ).fetchall()
            == []
        )


@pytest.mark.usefixtures("shop")
def test_the_app_writes_what_is_listed() -> None:
    for right in ("insert", "update", "delete"):
        wanted = {table for table, rights in APP_WRITES.items() if right.upper() in rights.split()}
        rows = run(
            "select c.oid::regclass::text from pg_class as c "
            "where c.relkind in ('r', 'p', 'v') and c.relnamespace >= 16384 "
            "and has_schema_privilege(%s, c.relnamespace, 'usage') "
            "and has_table_privilege(%s, c.oid, %s)",
            (APP_ROLE, APP_ROLE, right),
        )
        assert {row[0] for row in rows} == wanted


@pytest.mark.usefixtures("shop")
def test_the_roles_call_the_functions_that_are_listed() -> None:
    # Applying the rights once more changes nothing.
    for _ in range(2):
        for role, listed in ((ANALYST_ROLE, ANALYST_CALLS), (APP_ROLE, APP_CALLS)):
            with connect() as connection:
                rows = connection.execute(FUNCTIONS, {"role": role}).fetchall()
            assert {row[0] for row in rows} == listed
        migrate()


@pytest.mark.usefixtures("shop")
def test_nothing_that_analysts_call_is_of_one_shopper_or_runs_with_other_rights() -> None:
    rows = run(
        "select p.proname, p.prosecdef, coalesce(p.proargnames, '{}') from pg_proc as p "
        "where p.pronamespace = 'recs'::regnamespace "
        "and has_function_privilege(%s, p.oid, 'execute')",
        (ANALYST_ROLE,),
    )
    assert rows
    for name, runs_as_owner, parameters in rows:
        assert not runs_as_owner, name
        assert not {"p_shopper_id", "p_session_id"} & set(parameters), name


ATTACKS = [
    # What a shopper's recommendations leave out is their history.
    "select product_id from raw.products except select product_id from recs.recommend('s', 99)",
    "select recs.recommend('s', 1, '{}', null, array[product_id]) from raw.products",
    "select * from recs.recommend_with_reasons('s', null)",
    "select * from recs.recommend_with_reasons('s', null, p_way => 'neighbours')",
    "select * from recs.recommend_with_reasons('s', null, p_way => 'popular')",
    "select recs.recent_actions('s', null)",
    "select recs.left_out('s')",
    "select * from recs.recently_viewed('s', null)",
    "select * from recs.buy_again('s')",
    "select * from raw.shoppers",
    "select * from raw.purchases",
    "select * from raw.returns",
    "select * from raw.views",
    "select * from raw.reviews",
    "select * from raw.consents",
    "select * from raw.current_consents",
    "select * from raw.consenting_shoppers",
    "select * from raw.measured_shoppers",
    "select * from raw.measured_clicks",
    "select raw.forget_actions('personalisation', 's', null)",
    "select * from raw.rejected_rows",
    "select * from recs.hides",
    "select * from recs.exposures",
    "select * from recs.impressions",
    "select * from recs.measured_impressions",
    "select recs.add_impression_months()",
    "select recs.drop_impression_months(1)",
    "select * from recs.preferences",
    "select recs.less_wanted('s', null)",
    "select * from recs.embeddings",
    "select content from marts.product_documents",
    "select * from marts.shopper_interactions",
    "select * from marts.shopper_events",
    "select * from staging.int_events",
    "select * from staging.stg_purchases",
    "select * from staging.stg_impressions",
    "select * from staging.int_attributed_purchases",
    # Their rows may be of one person; analytics has those of enough.
    "select * from marts.block_performance",
    "select * from marts.block_revenue",
    "select * from marts.recommended_products",
    "select * from marts.reason_performance",
    "select * from marts.position_curve",
    "select data -> 'sample' from recs.models",
    "select arguments from ops.runs",
    "select error from ops.runs",
    "select reason from ops.embedding_failures",
    "select args from ops.procrastinate_jobs",
    "select * from ops.locks for update",
    "select * from ops.spent_tokens",
    "select * from ops.sessions",
    "select * from ops.accounts",
    "select * from ops.account_links",
    "select * from ops.account_attempts",
    "select * from raw.baskets",
    "select * from raw.basket_lines",
]


@pytest.mark.usefixtures("shop")
def test_an_analyst_gets_no_history_out_of_anything() -> None:
    for attack in ATTACKS:
        # What is refused is there: for the owner it runs.
        run(attack)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask_as(ANALYST_ROLE, attack)


@pytest.mark.usefixtures("shop")
def test_statistics_give_analysts_no_values_of_what_they_may_not_read() -> None:
    run("insert into recs.models (name, kind, encoder_id, dimension) values ('b', 'trained', 1, 1)")
    with connect(autocommit=True) as connection:
        connection.execute("analyze")
    everything = (
        "select schemaname || '.' || tablename, attname from pg_stats "
        "where schemaname in ('raw', 'staging', 'marts', 'analytics', 'recs', 'ops')"
    )
    seen = set(ask_as(ANALYST_ROLE, everything))
    assert ("raw.products", "title") in seen
    assert seen <= {
        (table, column) for table, columns in ANALYST_READS.items() for column in columns.split()
    }
    assert ("recs.models", "data") in run(everything)


@pytest.mark.usefixtures("shop")
def test_what_analysts_may_ask_is_answered() -> None:
    assert len(ask_as(ANALYST_ROLE, "select * from recs.similar_products('v00001', 5)")) == 5
    assert len(ask_as(ANALYST_ROLE, "select * from recs.popular_products(5)")) == 5
    assert ask_as(ANALYST_ROLE, "select * from recs.goes_with('v00001')") == []
    assert len(ask_as(ANALYST_ROLE, "select * from recs.search_products('title', null, null)")) > 0
    assert ask_as(
        ANALYST_ROLE, "select name from recs.serving_model join recs.models using (model_id)"
    ) == [("average",)]


@pytest.fixture
def own_database(
    empty_database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Migrate a database: its own settings and rights are not copied from a template."""
    assert empty_database
    migrate()
    with monkeypatch.context() as patch:
        yield patch


@pytest.mark.parametrize("database", ["postgres", "template1"])
@pytest.mark.parametrize("role", [ANALYST_ROLE, APP_ROLE])
def test_the_embedded_server_lets_the_roles_into_our_database_alone(
    postgres_server: dict[str, str], role: str, database: str
) -> None:
    # Its table of locks is the whole server's, and the bounds are those of our database.
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            host=postgres_server["PGHOST"],
            port=int(postgres_server["PGPORT"]),
            user=role,
            dbname=database,
        )


def ask_plainly(statement: str) -> list[tuple[object, ...]]:
    """Ask on a session with the limits that its role has; commands lift theirs."""
    with psycopg.connect("") as connection:
        return connection.execute(statement.encode()).fetchall()


def test_the_app_has_a_time_limit_from_the_start(own_database: pytest.MonkeyPatch) -> None:
    own_database.setenv("PGUSER", APP_ROLE)
    assert ask_plainly("show statement_timeout") == [("2s",)]
    assert ask_plainly("show max_parallel_workers_per_gather") == [("0",)]


def test_an_analyst_has_bounds_from_the_start(own_database: pytest.MonkeyPatch) -> None:
    own_database.setenv("PGUSER", ANALYST_ROLE)
    limits = {
        "idle_in_transaction_session_timeout": 30_000,
        "statement_timeout": 60_000,
        "temp_file_limit": 2 * 1024 * 1024,
    }
    found = dict(ask_plainly("select name, setting from pg_settings"))
    # Postgres 16 has no such limit.
    assert found.get("transaction_timeout", "120000") == "120000"
    assert {name: int(str(found[name])) for name in limits} == limits
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("set temp_file_limit = -1")


@pytest.mark.parametrize(
    "attack",
    [
        "create temporary table t (x integer)",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "create table public.t (x integer)",
        "select pg_advisory_lock(n) from generate_series(1, 1000000) as n",
        "select pg_try_advisory_lock_shared(1)",
        "create schema mine",
    ],
)
@pytest.mark.parametrize("role", [ANALYST_ROLE, APP_ROLE])
def test_neither_role_fills_the_disk_or_the_table_of_locks(
    own_database: pytest.MonkeyPatch, role: str, attack: str
) -> None:
    own_database.setenv("PGUSER", role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(attack)


def test_what_an_administrator_set_stays(own_database: pytest.MonkeyPatch) -> None:
    with connect(autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(
            f"alter role {ANALYST_ROLE} in database {name} set statement_timeout = '1h'".encode()
        )
    migrate()
    own_database.setenv("PGUSER", ANALYST_ROLE)
    assert ask_plainly("show statement_timeout") == [("1h",)]
    assert ask_plainly("show idle_in_transaction_session_timeout") == [("30s",)]


@pytest.mark.usefixtures("empty_database")
def test_a_database_that_the_shop_uses_too_keeps_what_everybody_may_do() -> None:
    other = f"shop_{secrets.token_hex(4)}"
    run(f"create role {other} login")
    try:
        run(f"create schema shop authorization {other}")
        migrate()
        assert ask_as(other, "select pg_try_advisory_lock(1), lo_create(0) > 0") == [(True, True)]
        with connect(role=other) as connection:
            connection.execute("create temporary table t (x integer)")
    finally:
        run(f"drop owned by {other}")
        run(f"drop role {other}")


def test_going_down_gives_everybody_back_what_was_taken(
    own_database: pytest.MonkeyPatch,
) -> None:
    migrate("0011")
    own_database.setenv("PGUSER", APP_ROLE)
    run("create temporary table t (x integer)")
    assert run("select pg_try_advisory_lock(1), lo_create(0) > 0") == [(True, True)]
    own_database.undo()
