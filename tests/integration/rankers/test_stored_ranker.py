"""A stored model is asked about a session as the site asks for one."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from alsolike.history import (
    Split,
    read_history,
    split_by_time,
    split_history,
    split_next,
    visitor_of,
)
from alsolike.progress import ignore_progress
from alsolike.rankers.stored import StoredRanker
from tests.shop.database import run
from tests.shop.marts import make_mart
from tests.shop.models import add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import clusters

CUTOFF = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.usefixtures("database")
def test_a_session_and_a_shopper_of_the_same_id_are_asked_for_apart() -> None:
    add_vectors(clusters(300))
    add_shopper("x")
    run(
        "insert into raw.views (view_id, shopper_id, session_id, product_id, viewed_at) values "
        "('1', null, 'x', 'v00001', '2026-01-01'), ('2', null, 'x', 'v00007', '2026-02-02'), "
        "('3', 'x', null, 'v00200', '2026-01-01'), ('4', 'x', 'x', 'v00207', '2026-02-02')"
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) select "
        "coalesce('shopper:' || shopper_id, 'session:' || session_id) as visitor_id, product_id, "
        "'view', view_id, viewed_at, 1 from raw.views"
    )
    history = read_history(report=ignore_progress)
    assert [visitor_of(visitor) for visitor in history.shopper_ids] == [(None, "x"), ("x", None)]

    ranker = StoredRanker("average")
    ranker.fit(split_by_time(history, CUTOFF), ignore_progress)
    products, scores = ranker.lists(np.arange(2), 5)
    ranker.close()
    for row, (who, seen) in enumerate([((None, "x"), "v00001"), (("x", None), "v00200")]):
        served = run(
            "select product_id, score from recs.recommend_with_reasons("
            "%s, %s, 5, array[%s], p_as_of => %s) order by rank",
            (*who, seen, CUTOFF),
        )
        assert len(served) == 5
        listed = [history.catalogue.product_ids[product] for product in products[row]]
        assert listed == [product_id for product_id, _ in served]
        np.testing.assert_allclose(scores[row], [score for _, score in served], rtol=1e-6)


@pytest.mark.usefixtures("database")
def test_a_model_is_asked_before_every_action_with_all_that_came_before() -> None:
    add_vectors(clusters(300))
    add_shopper("x")
    # Twice the same look: only new products are foretold.
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) values "
        "('1', 'x', 'v00001', '2026-01-01'), ('2', 'x', 'v00200', '2026-02-02 10:00'), "
        "('3', 'x', 'v00200', '2026-02-02 10:01'), ('4', 'x', 'v00207', '2026-02-02 10:02')"
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) select "
        "'shopper:' || shopper_id, product_id, 'view', view_id, viewed_at, 1 from raw.views"
    )
    history = read_history(report=ignore_progress)
    ids = history.catalogue.product_ids
    ranker = StoredRanker("average")
    ranker.fit(split_next(history, CUTOFF), ignore_progress)
    products, _ = ranker.lists(np.arange(2), 5)
    ranker.close()
    for row, (had, moment) in enumerate(
        [(["v00001"], "2026-02-02 10:00"), (["v00001", "v00200"], "2026-02-02 10:02")]
    ):
        served = run(
            "select product_id from recs.recommend_with_reasons('x', null, 5, %s, "
            "p_as_of => %s::timestamptz) order by rank",
            (had, moment + "+00"),
        )
        assert [ids[product] for product in products[row]] == [row[0] for row in served]
    assert products[0].tolist() != products[1].tolist()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("split_name", ["time", "next"])
def test_of_hidden_products_no_event_is_told(split_name: str) -> None:
    """Without them in the database the lists are the same; with none hidden, those of always."""
    add_vectors(clusters(300))
    for who in ("x", "y"):
        add_shopper(who)
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) values "
        "('1', 'x', 'v00001', '2026-01-01'), ('2', 'x', 'v00200', '2026-01-31 23:50'),"
        "('3', 'x', 'v00003', '2026-02-02'), ('4', 'y', 'v00250', '2026-01-05'),"
        "('5', 'y', 'v00004', '2026-02-03');"
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) values "
        "('6', 'x', 'v00101', '2026-01-03'), ('7', 'y', 'v00250', '2026-01-04');"
        "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at) values "
        "('8', 'y', 'v00150', 5, '2026-01-06'), ('9', 'y', 'v00050', 1, '2026-01-07')"
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) "
        "select 'shopper:' || shopper_id, product_id, 'view', view_id, viewed_at, 1 from raw.views "
        "union all select 'shopper:' || shopper_id, product_id, 'purchase', purchase_id,"
        " purchased_at, 3 from raw.purchases "
        "union all select 'shopper:' || shopper_id, product_id, 'review', review_id, reviewed_at,"
        " case when rating >= 4 then 2 else 0.5 end from raw.reviews"
    )
    history = read_history(report=ignore_progress)
    split = split_history(split_name, history, CUTOFF)
    is_hidden = np.array([name in {"v00200", "v00250"} for name in history.catalogue.product_ids])

    def lists(of: Split) -> list[list[int]]:
        ranker = StoredRanker("average")
        ranker.fit(of, ignore_progress)
        products, _ = ranker.lists(of.rows, 8)
        ranker.close()
        return products.tolist()

    always = lists(split)
    assert lists(split.without(np.zeros_like(is_hidden))) == always
    hidden = lists(split.without(is_hidden))
    assert all(one != other for one, other in zip(hidden, always, strict=True))
    run(
        "delete from raw.views where product_id in ('v00200', 'v00250');"
        "delete from raw.purchases where product_id in ('v00200', 'v00250')"
    )
    assert lists(split) != always
    assert lists(split.without(is_hidden)) == hidden
    # Nothing is left out but what they had: the same as if it had never happened.
    shown = lists(replace(split.without(is_hidden), has_hidden=False))
    assert shown == hidden


@pytest.mark.parametrize("visitor_id", ["shopper:", "session:", "shopper:session:x", "session:a:b"])
def test_the_key_of_a_visitor_is_read_back(visitor_id: str) -> None:
    shopper_id, session_id = visitor_of(visitor_id)
    prefix, _, rest = visitor_id.partition(":")
    assert (shopper_id, session_id) == ((rest, None) if prefix == "shopper" else (None, rest))


def test_another_key_is_no_visitor() -> None:
    with pytest.raises(ValueError, match="'x' is no visitor"):
        visitor_of("x")


@pytest.mark.usefixtures("database")
def test_no_variant_is_missed_for_one_of_tomorrow_or_one_that_the_site_would_show_again() -> None:
    add_vectors(clusters(300))
    add_shopper("x")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) values "
        "('1', 'x', 'v00001', '2026-01-01'), ('2', 'x', 'v00007', '2026-02-02')"
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) select "
        "'shopper:' || shopper_id, product_id, 'view', view_id, viewed_at, 1 from raw.views"
    )

    def lists() -> list[str]:
        history = read_history(report=ignore_progress)
        ranker = StoredRanker("average")
        ranker.fit(split_by_time(history, CUTOFF), ignore_progress)
        products, _ = ranker.lists(np.arange(1), 5)
        ranker.close()
        return [history.catalogue.product_ids[product] for product in products[0]]

    without_groups = lists()
    assert len({*without_groups} - {"v00001"}) == 5
    tomorrow = run(
        "update raw.products set created_at = '2026-03-01' where product_id = "
        "(select max(product_id) from raw.products where product_id <> all(%s)) "
        "returning product_id",
        (without_groups,),
    )[0][0]
    groups = {"seen": ["v00001", without_groups[0]], "new": [tomorrow, without_groups[1]]}
    for group, members in groups.items():
        run(
            "update raw.products set item_group_id = %s where product_id = any(%s)",
            (group, members),
        )
    assert lists() == without_groups


@pytest.mark.usefixtures("database")
def test_a_product_that_comes_while_a_model_is_asked_is_skipped() -> None:
    add_vectors(clusters(300))
    add_shopper("x")
    run(
        "insert into raw.views (view_id, shopper_id, product_id, viewed_at) values "
        "('1', 'x', 'v00001', '2026-01-01'), ('2', 'x', 'v00007', '2026-02-02')"
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) select "
        "'shopper:' || shopper_id, product_id, 'view', view_id, viewed_at, 1 from raw.views"
    )
    history = read_history(report=ignore_progress)
    ranker = StoredRanker("average")
    ranker.fit(split_by_time(history, CUTOFF), ignore_progress)
    before, _ = ranker.lists(np.arange(1), 5)
    run("insert into raw.products (product_id, title) values ('late', 'late')")
    run(
        "insert into recs.product_vectors (model_id, product_id, embedding) "
        "select model_id, 'late', embedding from recs.product_vectors where product_id = 'v00001'"
    )
    after, scores = ranker.lists(np.arange(1), 5)
    ranker.close()
    assert after[0].tolist() == [*before[0, :4].tolist(), -1]
    assert scores[0, 4] == 0
