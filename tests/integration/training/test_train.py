"""Training from the marts to rows that serve."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb

from alsolike.database import connect
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Evaluation
from alsolike.history import SplitError, read_history, split_by_time, split_next
from alsolike.history.recent import recent_products
from alsolike.models import drop_leftovers
from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.average import AverageRanker
from alsolike.rankers.blend.fit import fit_model
from alsolike.rankers.by_name import ranker_for
from alsolike.rankers.stored import StoredRanker
from alsolike.rankers.trained import TrainedRanker
from alsolike.settings import Settings
from alsolike.texts import read_texts
from alsolike.training import ModelExistsError, Recipe, RecipeError, train
from tests.fixtures.waiting import wait_for
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.tastes import add_shop, embed, kinds_of, recommended, shopper_name, update_events

pytestmark = pytest.mark.usefixtures("database")

RECIPE = Recipe(neighbours=20, factors=8)


@pytest.fixture
def shop(database: dict[str, str], settings: Settings) -> Settings:
    """Give the settings of a database with a small shop."""
    assert database
    add_shop(settings)
    return settings


def measure(make: Callable[[], TrainedRanker]) -> Evaluation:
    history = read_history(report=ignore_progress)
    return evaluate(split_by_time(history), [make()], k=5, report=ignore_progress)


@pytest.mark.usefixtures("shop")
def test_a_model_says_what_it_was_made_with_and_of_and_waits_to_be_promoted() -> None:
    summary = train(RECIPE, report=ignore_progress)
    ((kind, purpose, seed, parameters, learned, data, serving),) = run(
        "select kind, purpose, seed, parameters, learned, data, serving from recs.models "
        "where name = 'trained-1'"
    )
    assert (summary.model, kind, purpose, seed) == ("trained-1", "trained", "serve", 0)
    assert Recipe.from_dict(parameters) == RECIPE
    assert learned == summary.learned
    assert serving == summary.serving
    assert data["events"] == run("select count(*) from raw.purchases")[0][0]
    assert len(data["sample"]) == 256
    assert run("select name from recs.serving_model join recs.models using (model_id)") == [
        ("average",)
    ]
    assert recommended(1)[0][2] == "average"
    assert kinds_of(row[0] for row in recommended(1, model="trained-1")) == {1}


@pytest.mark.usefixtures("shop")
def test_what_sql_answers_is_what_was_fitted() -> None:
    plain = replace(RECIPE, diversity=0.0, category_share=1.0, brand_share=1.0)
    train(plain, report=ignore_progress)
    history = read_history(report=ignore_progress)
    texts, _ = read_texts(history.catalogue, report=ignore_progress)
    fitted = fit_model(history, texts, plain, ignore_progress)
    neighbours, values = fitted.neighbours(np.arange(len(history.catalogue)))
    table = np.zeros((len(neighbours), len(neighbours)), np.float32)
    rows, places = np.nonzero(values)
    table[rows, neighbours[rows, places]] = values[rows, places]
    serving = fitted.serving
    for shopper in (0, 17, 42):
        query = recent_products(
            history,
            np.array([shopper]),
            actions=serving["actions"],
            decay=serving["decay"],
            kind_weights=serving["kind_weights"],
        )
        scores = (query @ table)[0] + fitted.priors
        scores[history.matrix()[shopper].indices] = -1
        best = np.argsort(-scores, kind="stable")[:4]
        answered = recommended(shopper, model="trained-1")
        assert [row[0] for row in answered] == [history.catalogue.product_ids[p] for p in best]
        assert [row[1] for row in answered] == pytest.approx(scores[best].tolist(), rel=1e-5)


@pytest.mark.usefixtures("shop")
def test_two_runs_with_one_seed_and_a_rerun_of_the_stored_recipe_measure_the_same() -> None:
    train(RECIPE, name="kept", report=ignore_progress)

    def stored() -> TrainedRanker:
        ranker = ranker_for("kept")
        assert isinstance(ranker, TrainedRanker)
        return ranker

    first, second = (measure(lambda: TrainedRanker(RECIPE, "kept")) for _ in range(2))
    again = measure(stored)
    metrics = first.as_dict()["models"]
    assert metrics["kept"]["ndcg@5"] > 0.2
    assert metrics == second.as_dict()["models"] == again.as_dict()["models"]


@pytest.mark.usefixtures("shop")
def test_an_evaluation_learns_nothing_from_what_is_held_out() -> None:
    before = measure(lambda: TrainedRanker(RECIPE))
    split = split_by_time(read_history(report=ignore_progress))
    # What happened from the cutoff on becomes something else altogether.
    run(
        "update raw.purchases set product_id = 'p1' where purchased_at >= "
        "timestamptz 'epoch' + %s * interval '1 microsecond'",
        (split.cutoff,),
    )
    update_events()
    changed = replace(split, known=read_history(report=ignore_progress).before(split.cutoff or 0))
    after = evaluate(changed, [TrainedRanker(RECIPE)], k=5, report=ignore_progress)
    assert after.as_dict()["models"] == before.as_dict()["models"]


@pytest.mark.usefixtures("shop")
def test_before_a_next_action_a_model_sees_what_came_before_and_no_more() -> None:
    split = split_next(read_history(report=ignore_progress))
    # The first moments of all, and the last one of who acted most often after the cutoff.
    busiest = np.argmax(np.bincount(split.shoppers))
    last_of_busiest = np.flatnonzero(split.shoppers == busiest)[-1]
    rows = np.append(np.argsort(split.moments)[:2], last_of_busiest)
    assert np.count_nonzero(split.shoppers == busiest) > 2
    ranker = TrainedRanker(RECIPE)
    try:
        ranker.fit(split, ignore_progress)
        whole, _ = ranker.lists(rows, 5)
        assert (whole >= 0).any(axis=1).all()
        had = split.had(rows)
        for place, listed in enumerate(whole):
            assert not set(listed) & set(had[place].indices)
        for place in (2, 1, 0):
            moment = int(split.moments[rows[place]])
            run(
                "delete from raw.purchases where purchased_at >= "
                "timestamptz 'epoch' + %s * interval '1 microsecond'",
                (moment,),
            )
            again, _ = ranker.lists(rows[[place]], 5)
            assert again[0].tolist() == whole[place].tolist()
        # Without what they did after the cutoff the busiest would get other products.
        run(
            "delete from raw.purchases where purchased_at >= "
            "timestamptz 'epoch' + %s * interval '1 microsecond'",
            (split.cutoff,),
        )
        last, _ = ranker.lists(rows[[2]], 5)
        assert last[0].tolist() != whole[2].tolist()
    finally:
        ranker.close()


def test_products_of_tomorrow_are_in_no_list_of_the_past(shop: Settings) -> None:
    # Twins of what sells; half of them come after all that is known of the shop.
    titles = [f"thing number{number}" for number in range(48)]
    today = add_products(*titles, prefix="today")
    tomorrow = add_products(*titles, prefix="tomorrow")
    run("update raw.products set created_at = '2026-12-01' where product_id = any(%s)", (tomorrow,))
    embed(shop)
    train(RECIPE, name="stored", report=ignore_progress)
    history = read_history(report=ignore_progress)
    split = split_by_time(history)
    rankers = [
        TrainedRanker(RECIPE, "anew"),
        StoredRanker("stored"),
        StoredRanker("average"),
        AverageRanker(),
    ]
    rankers[-1].name = "average anew"
    evaluation = evaluate(split, rankers, k=30, report=ignore_progress)
    listed = {
        name: {history.catalogue.product_ids[product] for product in np.unique(result.lists)}
        for name, result in evaluation.models.items()
    }
    for name, products in listed.items():
        assert not products & set(tomorrow), name
        # None of the places is lost to one of them.
        assert (evaluation.models[name].lists >= 0).mean() > 0.95, name
    assert set.union(*listed.values()) & set(today)


@pytest.mark.usefixtures("shop")
def test_an_evaluation_leaves_no_model_behind_and_tidies_after_a_killed_one() -> None:
    run(
        "select recs.add_model('evaluation of a killed run', 'trained', encoder_id, dimension, "
        "'{}', 'evaluate') from recs.encoders"
    )
    measure(lambda: TrainedRanker(RECIPE))
    assert run("select name from recs.models") == [("average",)]
    assert run("select count(*) from recs.neighbours where model_id <> 1") == [(0,)]


@pytest.mark.usefixtures("shop")
def test_a_model_that_another_evaluation_still_uses_is_left_alone() -> None:
    history = read_history(report=ignore_progress)
    ranker = TrainedRanker(RECIPE)
    ranker.fit(split_by_time(history), ignore_progress)
    with connect() as connection:
        drop_leftovers(connection)
    products, _ = ranker.lists(np.arange(3), 5)
    assert (products >= 0).all()
    ranker.close()
    assert run("select name from recs.models") == [("average",)]


@pytest.mark.usefixtures("database")
def test_a_new_product_is_recommended_after_one_cycle_of_the_worker(settings: Settings) -> None:
    add_shop(settings, is_telling=True)
    train(RECIPE, report=ignore_progress)
    run("update recs.serving_model set model_id = (select max(model_id) from recs.models)")
    add_products("lamp number100", prefix="new")
    embed(settings)
    write_all_neighbours(model="trained-1", k=20, sessions=1, report=ignore_progress)
    ids = [row[0] for row in recommended(0, k=12)]
    assert "new1" in ids
    similar = run("select product_id from recs.similar_products('new1', 4)")
    assert kinds_of(row[0] for row in similar) == {0}


@pytest.mark.usefixtures("shop")
def test_a_space_that_cannot_be_computed_is_left_out_and_the_model_serves_and_reruns() -> None:
    # No positive matrix to invert: LAPACK refuses.
    impossible = replace(RECIPE, ease_regularisation=-1e4)
    summary = train(impossible, name="kept", report=ignore_progress)
    eases = {"ease", "ease_smooth", "ease_30_days", "ease_120_days"}
    assert set(summary.learned["left_out"]) == eases
    assert summary.learned["weights"]["ease"] == summary.learned["weights"]["ease_smooth"] == 0
    text = summary.as_text()
    assert "Left out, because it could not be computed: ease (ArithmeticError: " in text
    assert run("select learned from recs.models where name = 'kept'") == [(summary.learned,)]
    assert kinds_of(row[0] for row in recommended(1, model="kept")) == {1}
    again = ranker_for("kept")
    assert isinstance(again, TrainedRanker)
    assert measure(lambda: again).as_dict()["models"]["kept"]["ndcg@5"] > 0.2


@pytest.mark.usefixtures("shop")
def test_names_are_given_once() -> None:
    train(RECIPE, report=ignore_progress)
    assert train(RECIPE, report=ignore_progress).model == "trained-2"
    with pytest.raises(ModelExistsError, match="'trained-1' already"):
        train(RECIPE, name="trained-1", report=ignore_progress)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("name", [None, "mine"])
def test_a_name_that_another_training_takes_meanwhile_loses_no_model(name: str | None) -> None:
    taken = name or "trained-1"
    free = "trained-1" if name else "trained-2"
    with connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(
            "select recs.add_model(%s, 'trained', encoder_id, dimension, '{\"other\": true}') "
            "from recs.encoders",
            (taken,),
        )
        training = pool.submit(train, RECIPE, name=name, report=ignore_progress)
        waiting = (
            "select count(*) > 0 from pg_stat_activity "
            "where wait_event_type = 'Lock' and application_name = 'alsolike train' "
            "and datname = current_database()"
        )
        wait_for(lambda: run(waiting) == [(True,)])
        other.commit()
        if name is None:
            assert training.result().model == free
        else:
            with pytest.raises(ModelExistsError, match="'mine' while .* kept as 'trained-1'"):
                training.result()
    assert run("select parameters from recs.models where name = %s", (taken,)) == [
        ({"other": True},)
    ]
    assert kinds_of(row[0] for row in recommended(1, model=free)) == {1}


@pytest.mark.usefixtures("shop")
def test_two_trainings_at_once_are_both_kept() -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(train, RECIPE, report=ignore_progress) for _ in range(2)]
        assert {training.result().model for training in both} == {"trained-1", "trained-2"}
    rows = run(
        "select count(*) from recs.neighbours join recs.models using (model_id) "
        "where name like 'trained-_' group by name"
    )
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_too_little_history_is_one_line_and_leaves_nothing(settings: Settings) -> None:
    add_shop(settings, shoppers=2, actions=1)
    with pytest.raises(SplitError, match="too little history for the time split"):
        train(RECIPE, report=ignore_progress)
    assert run("select name from recs.models") == [("average",)]


@pytest.mark.usefixtures("shop")
def test_a_failure_while_writing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run("alter table recs.neighbours add constraint never check (score < 0) not valid")
    with pytest.raises(psycopg.errors.CheckViolation):
        train(RECIPE, report=ignore_progress)
    assert run("select name from recs.models") == [("average",)]
    assert run("select count(*) from recs.product_priors") == [(0,)]


@pytest.mark.usefixtures("shop")
def test_a_connection_that_breaks_costs_no_fit_and_models_are_held_only_while_one_is_written() -> (
    None
):
    stages: list[str] = []

    def report(stage: str, _done: int, _total: int | None) -> None:
        if stage == "neighbours":
            run("lock table recs.models in share row exclusive mode nowait")
        if stage == "write neighbours" and stage not in stages:
            run(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'alsolike train' and datname = current_database()"
            )
        stages.append(stage)

    assert train(RECIPE, report=report).model == "trained-1"
    assert stages.count("write neighbours") == 2
    assert run("select name from recs.models order by model_id") == [("average",), ("trained-1",)]
    assert run("select count(*) > 0 from recs.neighbours join recs.models using (model_id) "
               "where name = 'trained-1'") == [(True,)]  # fmt: skip


@pytest.mark.usefixtures("shop")
def test_a_model_without_a_recipe_cannot_be_made_anew() -> None:
    run(
        "select recs.add_model('by hand', 'trained', encoder_id, dimension, %s) from recs.encoders",
        (Jsonb({"magic": 1}),),
    )
    with pytest.raises(RecipeError, match="magic"):
        ranker_for("by hand")


@pytest.mark.usefixtures("shop")
def test_a_shopper_with_one_action_and_one_with_none_get_full_lists() -> None:
    train(RECIPE, report=ignore_progress)
    run("delete from raw.purchases where shopper_id = %s", (shopper_name(5),))
    run(
        "delete from raw.purchases where shopper_id = %s and purchase_id <> ("
        "select min(purchase_id) from raw.purchases where shopper_id = %s)",
        (shopper_name(6), shopper_name(6)),
    )
    assert len(recommended(5, model="trained-1", k=10)) == 10
    answered = recommended(6, model="trained-1", k=10)
    assert len(answered) == 10
    assert kinds_of(row[0] for row in answered[:4]) == {2}


@pytest.mark.usefixtures("shop")
def test_an_interrupt_after_the_model_is_kept_says_under_which_name(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupt(_connection: object, _model_id: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("alsolike.training.build_vector_index", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, name="late", report=ignore_progress)
    assert "was kept before that, as 'late'" in caplog.text
    assert run("select count(*) from recs.models where name = 'late'") == [(1,)]
