"""Another encoder follows the one that serves: embedded beside it, measured, switched, dropped."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from litestar.testing import TestClient

from alsolike.cli import run as alsolike
from alsolike.locks import hold_lock
from alsolike.progress import ignore_progress
from alsolike.promotion import Limits, rollback
from alsolike.settings import Settings
from alsolike.training import Recipe, train
from api.app import create_app
from embed.encoder import Encoder
from embed.switch import SwitchError, SwitchSummary, drop_encoder, switch_encoder
from tests.fixtures.encoder import HashEncoder, KindsEncoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts
from tests.shop.tastes import add_shop, kinds_of

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).parents[3]
# The tests share a machine: how long an answer takes is not what they are about.
LIMITS = Limits(latency=1000)
MISLED = KindsEncoder(16, "misled", is_misled=True)
GOOD = KindsEncoder(24, "good")

# Switches, and kills itself where another stage of the work begins for the n-th time.
_KILLED = """
import os, signal, sys
from alsolike.promotion import Limits
from alsolike.settings import load_settings
from embed.switch import switch_encoder
from tests.fixtures.encoder import KindsEncoder

stages = []

def report(stage, done, total):
    if not stages or stages[-1] != stage:
        stages.append(stage)
        if len(stages) == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)

done = switch_encoder(
    load_settings(), KindsEncoder(24, "good"), limits=Limits(latency=1000), report=report
)
print(done.decision.kind, len(stages))
"""


def switch(settings: Settings, encoder: Encoder = GOOD, *, force: bool = False) -> SwitchSummary:
    return switch_encoder(settings, encoder, is_forced=force, limits=LIMITS, report=ignore_progress)


def serving() -> tuple[str, int]:
    """Return the name of the serving model, and the length of its vectors."""
    ((name, dimension),) = run(
        "select m.name, m.dimension from recs.serving_model join recs.models as m using (model_id)"
    )
    return name, dimension


def products_of(dimension: int) -> set[str]:
    """Return the products that have a vector of the models of a dimension."""
    return {
        product_id
        for (product_id,) in run(
            "select distinct product_id from recs.product_vectors join recs.models using (model_id)"
            " where dimension = %s",
            (dimension,),
        )
    }


def test_a_better_encoder_is_embedded_beside_switched_to_and_back_and_the_old_one_dropped(
    settings: Settings,
) -> None:
    add_shop(settings, is_telling=True, encoder=MISLED)
    summary = switch(settings)
    assert summary.decision.kind == "promote", summary.as_text()
    assert (summary.decision.previous, summary.decision.model) == ("average", serving()[0])
    assert serving()[1] == 24
    assert products_of(16) == products_of(24)
    # Precomputed neighbours, for snapshots, and the index are there from the first moment.
    assert run(
        "select count(distinct n.product_id) from recs.neighbours as n "
        "join recs.serving_model using (model_id)"
    ) == [(48,)]
    assert run(
        "select i.indisvalid from recs.serving_model as s join pg_index as i on i.indexrelid = "
        "to_regclass(format('recs.product_vectors_%s_hnsw', s.model_id))"
    ) == [(True,)]
    # Once more: nothing is left to do.
    assert switch(settings).decision.kind == "none"
    assert run("select count(*) from recs.promotions") == [(1,)]

    assert rollback().model == "average"
    assert serving() == ("average", 16)
    # Forward again: it is measured anew.
    assert switch(settings).decision.kind == "promote"
    with pytest.raises(SwitchError, match="let another one follow it first"):
        drop_encoder(2)
    assert drop_encoder(1) == ["average"]
    assert run("select name from recs.encoders") == [("good",)]
    assert run("select count(*) from recs.encoder_switches") == [(0,)]
    assert products_of(16) == set()
    with pytest.raises(SwitchError, match="There is no encoder 1"):
        drop_encoder(1)


def test_a_worse_encoder_is_refused_with_figures_unless_it_is_forced(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    add_shop(settings, is_telling=True, encoder=KindsEncoder(32, "kinds"))
    worse = KindsEncoder(24, "worse", is_misled=True)
    summary = switch(settings, worse)
    assert summary.decision.kind == "refuse"
    ranking = summary.decision.checks[0]
    assert "ranks worse than average: difference -0." in str(ranking.found)
    assert f"{ranking.candidate:.4f}" in summary.as_text()
    assert serving() == ("average", 32)
    # What was embedded is kept for another try.
    assert products_of(24) == products_of(32)
    assert switch(settings, worse, force=True).decision.kind == "force"
    assert serving()[1] == 24
    assert alsolike(["encoders"]) == 0
    shown = capsys.readouterr().out
    assert "1  kinds is kept for the way back\n" in shown
    assert "2  worse serves\n   24 dimensions, pooling: not kept, prompt of documents: ''" in shown


def test_a_trained_model_is_followed_by_one_of_the_same_recipe(settings: Settings) -> None:
    add_shop(settings, is_telling=True, encoder=MISLED)
    recipe = Recipe(neighbours=20, factors=8, seed=3)
    train(recipe, name="mine", report=ignore_progress)
    run("update recs.serving_model set model_id = (select max(model_id) from recs.models)")
    assert switch(settings, force=True).decision.previous == "mine"
    assert serving() == ("trained-1", 24)
    assert run("select parameters from recs.models where name = 'trained-1'") == [
        (recipe.as_dict(),)
    ]
    # A run that goes on does not train again; a switch after a way back does.
    run("update recs.serving_model set model_id = (select model_id from recs.models "
        "where name = 'mine')")  # fmt: skip
    run("update recs.encoder_switches set switched_at = null")
    switch(settings, force=True)
    assert serving() == ("trained-1", 24)
    rollback()
    switch(settings, force=True)
    assert serving() == ("trained-2", 24)


def test_killed_between_any_two_steps_it_is_simply_run_again(settings: Settings) -> None:
    add_shop(settings, is_telling=True, encoder=MISLED)
    before = run("select count(*) from recs.product_vectors")
    for number in range(1, 60, 4):
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, str(number)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != -signal.SIGKILL:
            break
        assert serving() == ("average", 16)
        assert run("select count(*) from recs.product_vectors where model_id = 1") == before
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("promote")
    # It was killed early, amid and late in a whole run.
    assert number > 5
    assert serving()[1] == 24
    assert products_of(24) == products_of(16)
    assert run("select kind from recs.promotions") == [("promote",)]
    assert run("select count(*) from recs.models where purpose = 'evaluate'") == [(0,)]


def test_the_site_answers_all_the_time(settings: Settings) -> None:
    add_shop(settings, is_telling=True, encoder=MISLED)
    answers: list[tuple[int, list[str]]] = []
    is_over = threading.Event()
    with TestClient(create_app(settings)) as client:

        def ask() -> tuple[int, list[str]]:
            answer = client.get("/v1/products/p1/similar", params={"k": 5})
            return answer.status_code, [item["product_id"] for item in answer.json()["items"]]

        def ask_on() -> None:
            while not is_over.is_set():
                answers.append(ask())

        asking = threading.Thread(target=ask_on)
        asking.start()
        try:
            assert switch(settings).decision.kind == "promote"
        finally:
            is_over.set()
            asking.join()
        last = ask()
    assert {(code, len(ids)) for code, ids in answers} == {(200, 5)}
    # By the new model, without a restart: p1 and p5 are lamps, p2 is only next in number.
    assert kinds_of(last[1]) == {0} != kinds_of(answers[0][1])


def test_products_that_come_amid_the_gate_are_in_both(settings: Settings) -> None:
    add_shop(settings, is_telling=True, encoder=MISLED)
    late: list[str] = []

    def report(stage: str, _done: int, _total: int | None) -> None:
        # The gate reads the texts of all products.
        if stage == "texts" and not late:
            late.extend(add_products("mug number99", prefix="late"))

    summary = switch_encoder(settings, GOOD, limits=LIMITS, report=report)
    assert summary.decision.kind == "promote"
    assert late == ["late1"]
    assert products_of(24) == {*products_of(16), *late}


def test_a_shop_without_history_switches_only_when_forced(settings: Settings) -> None:
    make_marts()
    make_marts("shopper_events", "int_product_characteristics")
    add_products("red mug", "blue mug")
    assert switch(settings, HashEncoder()).decision.kind == "none"
    assert serving() == ("average", 16)
    refused = switch(settings).decision
    assert refused.kind == "refuse"
    assert refused.decided_by == ["history to compare on"]
    assert serving() == ("average", 16)
    assert switch(settings, force=True).decision.kind == "force"
    assert serving()[1] == 24


def test_two_switches_at_once_are_refused(settings: Settings) -> None:
    add_shop(settings)
    with hold_lock("alsolike switch", is_patient=False) as is_ours:
        assert is_ours
        with pytest.raises(SwitchError, match="Another switch"):
            switch(settings)
        with pytest.raises(SwitchError, match="A switch of the encoder is running"):
            drop_encoder(1)
