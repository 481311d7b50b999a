"""A shop whose visitors are all anonymous is trained, measured, and recommends to a session."""

import pytest

from alsolike.evaluation.evaluate import evaluate
from alsolike.history import read_history, split_by_time, visitor_of
from alsolike.progress import ignore_progress
from alsolike.rankers.trained import TrainedRanker
from alsolike.settings import Settings
from alsolike.training import Recipe, train
from tests.shop.database import run
from tests.shop.tastes import add_shop, kinds_of, product_name

RECIPE = Recipe(neighbours=20, factors=8)


@pytest.fixture
def sessions(database: dict[str, str], settings: Settings) -> None:
    """Give 90 sessions, a day each, whose views keep to one of four kinds; and no shopper."""
    assert database
    add_shop(settings)
    run(
        "insert into raw.views (view_id, session_id, product_id, viewed_at) "
        "select purchase_id, shopper_id, product_id, timestamptz '2026-01-01' "
        "+ (dense_rank() over (order by shopper_id)) * interval '1 day' "
        "+ row_number() over (partition by shopper_id order by purchased_at) * interval '1 minute' "
        "from raw.purchases"
    )
    run("truncate raw.purchases")
    run("delete from raw.shoppers")
    run("truncate marts.shopper_events")
    run(
        "insert into marts.shopper_events "
        "(visitor_id, product_id, kind, event_id, occurred_at, weight) "
        "select 'session:' || session_id, product_id, 'view', view_id, viewed_at, 1 from raw.views"
    )


@pytest.mark.usefixtures("sessions")
def test_sessions_alone_are_trained_measured_and_recommended_to() -> None:
    history = read_history(report=ignore_progress)
    assert {visitor_of(visitor).shopper_id for visitor in history.shopper_ids} == {None}
    split = split_by_time(history)
    # Nobody comes back on another day: those of the last tenth are tested.
    assert len(split.shoppers) == 9
    ranker = TrainedRanker(RECIPE)
    measured = evaluate(split, [ranker], k=12, report=ignore_progress)
    ranker.close()
    # One of the dozen of their kind, where chance has a quarter of it.
    assert measured.models["trained"].metrics["all"]["hr@12"].value > 0.9

    train(RECIPE, name="of sessions", report=ignore_progress)
    run(
        "insert into raw.views (view_id, session_id, product_id, viewed_at) "
        "values ('first', 'new', %s, now())",
        (product_name(1),),
    )
    rows = run(
        "select product_id, source from recs.recommend_with_reasons("
        "null, 'new', 4, p_model => 'of sessions')"
    )
    assert {source for _, source in rows} == {"personal"}
    assert kinds_of(product_id for product_id, _ in rows) == {1}
