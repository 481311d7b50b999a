"""The statements inside the functions that serve, on the ways that no request of the app takes."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from alsolike.database import APP_ROLE
from tests.integration.plans.asking import complaints
from tests.integration.plans.cases import CASES
from tests.integration.plans.readings import Readings, readings

FUNCTIONS = Path(__file__).parents[3] / "migrations" / "functions"
PLAN_MODES = ["force_custom_plan", "force_generic_plan"]

# Postgres puts their text into the statement that calls them, and so does not count them.
IN_THEIR_CALLERS_PLACE = {
    "category_path",
    "decimals",
    "fault",
    "fits",
    "fitting_variant",
    "has_happened",
    "is_of_product",
    "is_same_text",
    "is_in_stock",
    "is_price",
    "is_true",
    "nearest_thresholds",
    "reason_kind",
    "recently_viewed",
    "scored_products",
    "shopper_lock",
    "shown",
    "stored_actions",
    "time_fault",
    "too_long",
    "unseen",
    "visible",
}
# The large shop has no groups of variants.
OF_GROUPS = {"firsts_of_groups", "variant_count"}
# What commands and the workers call, and people by hand.
NOT_SERVED = {
    "add_model",
    "build_vector_index",
    "cut_texts",
    "drop_impression_months",
    "drop_model",
    "erase_shopper",
    "extend_neighbours",
    "hides",
    "is_agreed",
    "is_currency",
    "is_nobody",
    "is_taken_back",
    "joined_steps",
    "look",
    "keyed_hash",
    "linked_sessions",
    "neighbours_statement",
    "readmit_shopper",
    "rebuyable_products",
    "recommend",
    "shopper_data",
    "shopper_rows",
    "shopper_tables",
    "title_key",
    "variant_values",
    "write_neighbours",
    "write_search_words",
    "stars",
}


def read_by(connection: psycopg.Connection[Any], mode: str, statement: str) -> Readings:
    """Count what the app's role reads by a statement."""
    with connection.transaction(force_rollback=True):
        connection.execute(f"set local role {APP_ROLE}")  # pyright: ignore
        connection.execute(f"set local plan_cache_mode = {mode}")  # pyright: ignore
        connection.execute("set local max_parallel_workers_per_gather = 0")
        with readings(connection) as read:
            rows: list[Any] = connection.execute(statement).fetchall()  # pyright: ignore
    assert len(rows) == 10
    return read


def test_every_function_that_serves_is_called_by_some_statement(
    plan_connection: psycopg.Connection[Any],
) -> None:
    called: set[str] = set()
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute("set local track_functions = 'all'")
        for case in CASES:
            found = complaints(plan_connection, case, "force_custom_plan")
            assert found == [], (case.statement, case.name)
        rows = plan_connection.execute(
            "select funcname from pg_stat_xact_user_functions "
            "where schemaname in ('raw', 'recs', 'ops')"
        )
        called = {row[0] for row in rows}
    written = {path.stem.split("_", 1)[1] for path in FUNCTIONS.glob("*.sql")}
    assert called & NOT_SERVED == set()
    # Versions make the functions of triggers, and those that a column's values come from.
    assert called & written | IN_THEIR_CALLERS_PLACE | OF_GROUPS | NOT_SERVED == written


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_a_large_catalogue_is_read_only_until_enough_products_have_a_common_word(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute(
            "update pg_class set reltuples = 200000 where oid = 'raw.products'::regclass"
        )
        read = read_by(
            plan_connection, mode, "select * from recs.search_products('lamp', p_k => 10)"
        )
    assert read.rows["products"] <= 6000


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_products_without_any_history_come_newest_first_off_an_index(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute("drop table marts.product_popularity")
        read = read_by(plan_connection, mode, "select * from recs.popular_products(10)")
    assert read.searched["products_newest"] == 1
    assert not read.scanned["products"]
    assert read.rows["products"] < 50


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_products_that_the_ranking_does_not_know_yet_are_looked_up_by_their_key(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute("delete from marts.product_popularity where product_id < 'v00100'")
        read = read_by(
            plan_connection,
            mode,
            "select * from recs.popular_products(10, p_candidates => array("
            "select 'v' || to_char(n, 'fm00000') from generate_series(0, 19) as n))",
        )
    assert not read.scanned["products"]
    assert read.rows["products"] == 20


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_what_is_asked_by_hand_takes_the_way_that_the_app_takes(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    read = read_by(plan_connection, mode, "select * from recs.recommend('s7', 10)")
    assert read.searched["product_vectors_1_hnsw"] == 1
    assert not any(read.scanned[table] for table in ("products", "views", "product_vectors_1"))


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_what_was_known_in_the_past_is_read_from_then_on_back(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    read = read_by(
        plan_connection,
        mode,
        "select * from recs.recommend_with_reasons("
        "'s7', null, 10, p_as_of => '2026-03-01 12:00+00')",
    )
    # For the taste; in 24 steps back for where the visit began, since a view a minute is one visit,
    # and for what came before; and for what was looked at before what makes the taste.
    assert read.searched["views_of_shopper"] == 27
    # Of the later ones, 720, none; of those that leave products out, at most 200.
    assert read.rows["views"] < 400


@pytest.mark.parametrize("mode", PLAN_MODES)
def test_variants_come_off_the_indexes_of_groups(
    plan_connection: psycopg.Connection[Any], mode: str
) -> None:
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute(
            "update raw.products set item_group_id = 'mugs' "
            "where product_id in ('v00000', 'v00001', 'v00002')"
        )
        read = read_by(plan_connection, mode, "select * from recs.similar_products('v00000', 10)")
    assert read.searched["products_of_variants"] > 0
    assert read.searched["products_with_variants"] > 0
    assert not read.scanned["products"]
