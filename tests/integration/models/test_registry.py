"""The registry of models: found by name or by serving, listed, changed and dropped."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from alsolike.database import connect
from alsolike.errors import UnknownModelError
from alsolike.models import (
    add_model,
    build_vector_index,
    change_serving,
    drop_leftovers,
    find_model,
    has_vectors,
    hold_names,
    let_serve,
    list_models,
    model_names,
    serving_options,
)
from tests.fixtures.waiting import wait_for
from tests.shop.database import run
from tests.shop.models import add_model as add_model_by_hand
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")


def test_a_model_is_found_by_its_name_and_as_the_one_that_serves() -> None:
    with connect() as connection:
        assert find_model(connection, None) is None
    add_model_by_hand(dimension=3)
    add_model_by_hand("other", dimension=3, kind="trained")
    with connect() as connection:
        other = find_model(connection, "other")
        assert other is not None
        assert (other.name, other.kind, other.purpose, other.parameters) == (
            "other", "trained", "serve", {},
        )  # fmt: skip
        serving = find_model(connection, None)
        assert serving is not None
        assert serving.name == "average"
        assert not has_vectors(connection, serving.model_id)
        with pytest.raises(UnknownModelError, match="There is no model 'nobody'"):
            find_model(connection, "nobody")


def test_models_of_evaluations_take_names_but_are_not_listed_and_can_be_left_over() -> None:
    add_model_by_hand(dimension=3)
    add_model_by_hand("trained", dimension=3, kind="trained")
    add_model_by_hand("for now", dimension=3, kind="trained", purpose="evaluate")
    with connect() as connection:
        assert [model.name for model in list_models(connection)] == ["average", "trained"]
        assert [model.name for model in list_models(connection, kind="trained")] == ["trained"]
        assert list_models(connection, encoder_id=-1) == []
        assert model_names(connection) == {"average", "trained", "for now"}
        drop_leftovers(connection)
        assert model_names(connection) == {"average", "trained"}


def test_a_model_serves_only_in_the_place_of_the_one_that_was_expected() -> None:
    first = add_model_by_hand(dimension=3)
    second = add_model_by_hand("other", dimension=3)
    with connect() as connection:
        assert not let_serve(connection, second, expected_id=None)
        assert not let_serve(connection, second, expected_id=second)
        assert let_serve(connection, second, expected_id=first)
    assert run("select model_id from recs.serving_model") == [(second,)]


def test_serving_options_have_the_defaults_of_sql_and_change_for_evaluations_alone() -> None:
    add_model_by_hand(dimension=3)
    ((encoder_id,),) = run("select encoder_id from recs.encoders")
    with connect() as connection:
        ids = [
            add_model(
                connection,
                name=purpose,
                encoder_id=encoder_id,
                dimension=3,
                purpose=purpose,
                seed=1,
                parameters={},
                serving={"actions": 7},
                learned={},
                data={},
            )
            for purpose in ("serve", "evaluate")
        ]
        for model_id in ids:
            change_serving(connection, model_id, {"actions": 9, "kind_weights": {"view": 0}})
        models = [find_model(connection, name) for name in ("serve", "evaluate", "average")]
        options = [serving_options(connection, model.serving) for model in models if model]
    assert [option.actions for option in options] == [7, 9, 20]
    assert options[1].kind_weights == {**options[2].kind_weights, "view": 0}


def test_an_index_is_built_once_and_again_where_it_is_not_valid() -> None:
    model_id = add_vectors(clusters(30))
    index = (f"recs.product_vectors_{model_id}_hnsw",)
    is_valid = "select indisvalid from pg_index where indexrelid = to_regclass(%s)"
    with connect() as connection:
        assert not build_vector_index(connection, model_id)
    run("update pg_index set indisvalid = false where indexrelid = to_regclass(%s)", index)
    with connect() as connection:
        assert build_vector_index(connection, model_id)
    assert run(is_valid, index) == [(True,)]


def test_a_model_is_dropped_when_another_one_is_written() -> None:
    add_model_by_hand(dimension=3)
    other = add_model_by_hand("other", dimension=3, purpose="evaluate")
    waits = (
        "select count(*) from pg_locks where not granted and relation = 'recs.models'::regclass "
        "and waitstart < clock_timestamp() - interval '1 second'"
    )
    with ThreadPoolExecutor(1) as pool:
        with connect() as training:
            hold_names(training)
            drop = pool.submit(run, "select recs.drop_model(%s)", (other,))
            wait_for(lambda: drop.done() or run(waits) == [(1,)])
            # Whoever reads vectors meanwhile does not wait behind it.
            run("set lock_timeout = '2s'; select count(*) from recs.product_vectors")
        drop.result(60)
    with connect() as connection:
        assert model_names(connection) == {"average"}
