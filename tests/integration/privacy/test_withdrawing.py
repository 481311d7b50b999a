"""A withdrawal stops the use of what was kept before: of the next transform, and of training."""

import pytest

from alsolike.history.read import read_history
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import execute, run
from tests.shop.shoppers import add_shoppers


@pytest.fixture(autouse=True)
def _shop(database: dict[str, str]) -> None:
    assert database
    run("insert into raw.products (product_id, title) values ('a', 'Pan'), ('b', 'Pot')")
    add_shoppers(["stays", "goes"])
    run(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id, session_id) "
        "select who || p, p, '2026-01-02', case when who not like 'visit%' then who end, "
        "case when who like 'visit%' then who end "
        "from unnest(array['stays', 'goes', 'visit 1', 'visit 2']) as who, "
        "unnest(array['a', 'b']) as p"
    )
    transform(with_tests=False, report=ignore_progress)


def in_marts() -> set[str]:
    return {row[0] for row in run("select distinct visitor_id from marts.shopper_events")}


def in_training() -> set[str]:
    return set(read_history(report=ignore_progress).shopper_ids)


EVERYBODY = {"shopper:stays", "shopper:goes", "session:visit 1", "session:visit 2"}
AFTER = EVERYBODY - {"shopper:goes", "session:visit 1"}


def withdraw() -> None:
    execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('goes', 'personalisation', false, 'site')"
    )
    execute("select raw.forget_actions('personalisation', null, 'visit 1')")


def test_training_leaves_out_who_withdrew_since_the_last_transform() -> None:
    assert in_training() == EVERYBODY
    withdraw()
    assert in_marts() == EVERYBODY
    assert in_training() == AFTER


def test_the_next_transform_leaves_out_who_withdrew() -> None:
    assert in_marts() == EVERYBODY
    withdraw()
    transform(with_tests=True, report=ignore_progress)
    assert in_marts() == AFTER
    views = "select views_all_time from marts.product_popularity where product_id = 'a'"
    assert run(views) == [(2,)]


def test_no_to_measurement_changes_nothing_of_what_is_learned() -> None:
    execute(
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('goes', 'measurement', false, 'site')"
    )
    execute("select raw.forget_actions('measurement', null, 'visit 1')")
    transform(with_tests=False, report=ignore_progress)
    assert in_training() == in_marts() == EVERYBODY


def test_rows_are_deleted_of_nobody_who_agrees() -> None:
    assert run("select raw.forget_actions('personalisation', 'stays', null)") == [(0,)]
    assert run("select raw.forget_actions('nothing', 'goes', 'visit 1')") == [(0,)]
    withdraw()
    assert run("select raw.forget_actions('personalisation', 'goes', null)") == [(2,)]
    kept = run("select distinct coalesce(shopper_id, session_id) from raw.views order by 1")
    assert kept == [("stays",), ("visit 2",)]


def test_what_was_done_in_a_session_while_signed_in_is_the_shoppers() -> None:
    execute(
        "insert into raw.views (view_id, product_id, viewed_at, shopper_id, session_id) "
        "values ('both', 'a', now(), 'stays', 'visit 1')"
    )
    withdraw()
    assert run("select count(*) from raw.views where session_id = 'visit 1'") == [(1,)]
