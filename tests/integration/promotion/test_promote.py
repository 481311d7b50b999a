"""The gate, the switch and the way back."""

import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from alsolike.cli import run as command_line
from alsolike.cli.models import promote as promote_command
from alsolike.cli.models import rollback as rollback_command
from alsolike.database import connect
from alsolike.errors import UnknownModelError
from alsolike.progress import ignore_progress
from alsolike.promotion import (
    Limits,
    RefusedError,
    RollbackError,
    promote,
    rollback,
)
from alsolike.settings import Settings
from alsolike.training import Recipe, train
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.tastes import PRODUCTS, add_shop, embed, recommended, update_events

RECIPE = Recipe(neighbours=20, factors=8)
# The tests share a machine: how long an answer takes is not what they are about.
LIMITS = Limits(latency=1000)

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def shop(database: dict[str, str], settings: Settings) -> Settings:
    """Give the settings of a database with a small shop and a trained model, which waits."""
    assert database
    add_shop(settings)
    train(RECIPE, name="candidate", report=ignore_progress)
    return settings


@pytest.fixture
def command(settings: Settings) -> Command:
    """Run a command with arguments."""

    def call(which: Any, *arguments: str) -> Result:
        return CliRunner().invoke(which, arguments, obj=settings, catch_exceptions=True)

    return call


def serving() -> str:
    return run("select name from recs.serving_model join recs.models using (model_id)")[0][0]


def shuffle(name: str, source: str) -> None:
    """Add a model that is another one with its vectors and neighbours given to wrong products."""
    run(
        "select recs.add_model(%s, kind, encoder_id, dimension, parameters) from recs.models "
        "where name = %s",
        (name, source),
    )
    run(
        "update recs.models as m set data = s.data, serving = s.serving from recs.models as s "
        "where m.name = %s and s.name = %s",
        (name, source),
    )
    # A shift of one in the order of ids moves every product to a neighbour of another kind.
    wrong = (
        'with ids as (select product_id, row_number() over (order by product_id collate "C") - 1 '
        "as n, count(*) over () as count from raw.products), "
        "moved as (select a.product_id as old, b.product_id as new from ids as a join ids as b "
        "on b.n = mod(a.n * 7 + 5, a.count)) "
    )
    run(
        wrong + "insert into recs.product_vectors (model_id, product_id, embedding) "
        "select t.model_id, w.new, v.embedding from recs.product_vectors as v "
        "join recs.models as s using (model_id) join recs.models as t on t.name = %s "
        "join moved as w on w.old = v.product_id where s.name = %s",
        (name, source),
    )
    run(
        wrong + "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
        "select t.model_id, w.new, v.rank, v.neighbour_id, v.score from recs.neighbours as v "
        "join recs.models as s using (model_id) join recs.models as t on t.name = %s "
        "join moved as w on w.old = v.product_id where s.name = %s",
        (name, source),
    )


def test_a_better_model_passes_and_serves_and_the_decision_is_kept() -> None:
    decision = promote("candidate", limits=LIMITS, report=ignore_progress)
    assert (decision.kind, decision.previous) == ("promote", "average")
    assert all(check.is_passed for check in decision.checks)
    anew = next(check for check in decision.checks if check.name == "NDCG@10, made anew")
    # Analysts read what was measured, of the models as an honest test makes them.
    assert run(
        "select m.model, m.value from recs.evaluation_metrics as m "
        "join recs.evaluations as e using (evaluation_id) "
        "where e.parameters ->> 'measured_by' = 'promote' "
        "and m.metric = 'ndcg@10' and m.slice = 'all' order by m.value"
    ) == [("average", anew.serving), ("candidate", anew.candidate)]
    assert decision.decided_by == ["NDCG@10, made anew"]
    assert not decision.advice
    assert {check.name for check in decision.checks} >= {
        "training data",
        "NDCG@10, made anew",
        "NDCG@10, as stored",
        "catalogue coverage",
        "Gini of exposure",
        "intra-list diversity",
        "share of cold products",
        "p99 of an answer, ms",
    }
    assert serving() == "candidate"
    assert {row[2] for row in recommended(3)} == {"candidate"}
    ((kind, model, previous, checks),) = run(
        "select kind, model, previous_model, checks from recs.promotions"
    )
    assert (kind, model, previous) == ("promote", "candidate", "average")
    assert checks == [check.as_dict() for check in decision.checks]


@pytest.mark.parametrize("source", ["average", "candidate"])
def test_a_model_made_worse_on_purpose_is_refused_with_exit_code_1(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if source == "candidate":
        promote("candidate", limits=LIMITS, report=ignore_progress)
    shuffle("shuffled", source)
    capsys.readouterr()
    assert command_line(["promote", "shuffled", "--json", "--limit", "latency=1000"]) == 1
    printed = capsys.readouterr()
    assert "alsolike: shuffled was not promoted (" in printed.err
    told = json.loads(printed.out)
    assert told["decision"] == "refuse"
    failed = [check["name"] for check in told["checks"] if not check["is_passed"]]
    assert "NDCG@10, as stored" in failed
    assert serving() == source
    assert run("select kind from recs.promotions order by promotion_id desc limit 1") == [
        ("refuse",)
    ]


def add_unsold(settings: Settings, count: int) -> None:
    """Add products that nobody acted on but read like the others, embed them, and train."""
    titles = (f"thing number{number % PRODUCTS}" for number in range(count))
    add_products(*titles, prefix="unsold")
    embed(settings)
    train(RECIPE, name="selling", report=ignore_progress)


def test_a_model_that_is_far_better_need_not_show_what_the_plain_one_shows(
    shop: Settings,
) -> None:
    add_unsold(shop, 401)
    # The trained model shows more than the plain one: only more than that is too little.
    limits = Limits(coverage=1.9, latency=1000)
    decision = promote("selling", limits=limits, report=ignore_progress)
    checks = {check.name: check for check in decision.checks}
    coverage = checks["catalogue coverage"]
    assert coverage.candidate is not None
    assert coverage.serving is not None
    assert coverage.candidate < limits.coverage * coverage.serving
    assert decision.kind == "promote"
    assert serving() == "selling"
    assert coverage.compared_with in {"item-knn", "ials", "ease"}
    assert decision.decided_by == ["NDCG@10, made anew"]


def test_a_bot_does_not_keep_a_model_from_being_trained_and_compared() -> None:
    run(
        "insert into raw.shoppers (shopper_id) values ('bot');"
        "insert into raw.consents (shopper_id, purpose, is_granted, source) "
        "values ('bot', 'personalisation', true, 'test');"
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "select 'bot' || n, 'bot', 'p7', timestamptz '2026-03-01' + n * interval '1 second' "
        "from generate_series(1, 5000) as n"
    )
    update_events()
    summary = train(RECIPE, name="after the bot", report=ignore_progress)
    assert summary.learned["validation_ndcg"] > 0.2
    decision = promote("after the bot", limits=LIMITS, report=ignore_progress)
    (ranking,) = (check for check in decision.checks if check.name == "NDCG@10, made anew")
    assert ranking.is_passed
    assert ranking.lead is not None
    assert ranking.lead["shoppers"] > 20


def test_a_damaged_model_is_refused_whatever_the_plain_one_shows(shop: Settings) -> None:
    add_unsold(shop, 401)
    shuffle("shuffled", "selling")
    stages: list[str] = []
    decision = promote(
        "shuffled", limits=LIMITS, report=lambda stage, _done, _total: stages.append(stage)
    )
    assert decision.kind == "refuse"
    failed = {check.name for check in decision.checks if not check.is_passed}
    assert "NDCG@10, as stored" in failed
    # No baseline could turn that, so none was measured.
    assert not any("item-knn" in stage for stage in stages)


def test_a_forced_one_serves_and_that_is_on_record(command: Command) -> None:
    shuffle("shuffled", "average")
    done = command(promote_command, "shuffled", "--force", "--limit", "latency=1000")
    assert done.exit_code == 0, done.output
    assert "FAILED" in done.stdout
    assert serving() == "shuffled"
    assert run("select kind, model, previous_model from recs.promotions") == [
        ("force", "shuffled", "average")
    ]


def test_rolling_back_is_the_reverse(command: Command) -> None:
    promote("candidate", limits=LIMITS, report=ignore_progress)
    done = command(rollback_command)
    assert done.stdout == "average serves again instead of candidate.\n"
    assert serving() == "average"
    assert {row[2] for row in recommended(3)} == {"average"}
    with pytest.raises(RollbackError, match="nothing to roll back to"):
        rollback()
    assert [row[0] for row in run("select kind from recs.promotions order by promotion_id")] == [
        "promote",
        "rollback",
    ]


def test_the_serving_model_need_not_be_promoted(command: Command) -> None:
    done = command(promote_command, "average")
    assert (done.exit_code, done.stdout) == (0, "average serves already.\n")
    assert not run("select from recs.promotions")


def test_a_model_trained_on_other_data_is_refused() -> None:
    # The same shop in all but its history: every purchase was of somebody else.
    run("update raw.purchases set purchased_at = purchased_at + interval '1 minute'")
    update_events()
    decision = promote("candidate", limits=LIMITS, report=ignore_progress)
    assert decision.kind == "refuse"
    (check,) = decision.checks
    assert check.name == "training data"
    assert check.candidate is not None
    assert check.candidate < 0.1


def test_erased_shoppers_and_new_events_are_still_the_same_data() -> None:
    run("delete from raw.purchases where shopper_id in ('s001', 's002', 's003')")
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "select 'late' || n, 's010', 'p' || (1 + n % 40), '2026-04-01' "
        "from generate_series(1, 30) as n on conflict do nothing"
    )
    update_events()
    decision = promote("candidate", limits=LIMITS, report=ignore_progress)
    assert decision.checks[0].name == "training data"
    assert decision.checks[0].is_passed
    assert len(decision.checks) > 1


def test_a_trained_model_that_does_not_say_its_data_is_refused() -> None:
    run("update recs.models set data = '{}' where name = 'candidate'")
    decision = promote("candidate", limits=LIMITS, report=ignore_progress)
    assert decision.kind == "refuse"
    assert decision.checks[0].wanted == "it says what it was trained on"


def test_where_nobody_can_be_tested_the_serving_model_stays_and_one_line_says_why(
    command: Command,
) -> None:
    shuffle("other", "average")
    run("delete from raw.purchases where (shopper_id, product_id) not in "
        "(select shopper_id, min(product_id) from raw.purchases group by shopper_id)")  # fmt: skip
    update_events()
    done = command(promote_command, "other", "--json")
    told = json.loads(done.stdout)
    assert told["decision"] == "refuse"
    assert told["decided_by"] == ["history to compare on"]
    (check,) = told["checks"]
    assert "no shopper acted before the cutoff" in check["wanted"]
    assert len(told["advice"]) == 1
    assert "--force" in told["advice"][0]
    assert serving() == "average"
    assert promote("other", is_forced=True, report=ignore_progress).kind == "force"
    assert serving() == "other"


def test_a_model_without_vectors_could_not_answer() -> None:
    run("select recs.add_model('empty', 'trained', encoder_id, dimension, '{}') from recs.encoders")
    with pytest.raises(RefusedError, match="no vectors"):
        promote("empty", report=ignore_progress)


def test_an_unknown_model_is_one_line() -> None:
    with pytest.raises(UnknownModelError, match="There is no model 'nobody'"):
        promote("nobody", report=ignore_progress)


def test_a_limit_that_is_too_tight_refuses(command: Command) -> None:
    done = command(promote_command, "candidate", "--limit", "coverage=50", "--limit", "latency=999")
    assert "catalogue coverage" in str(done.exception)
    assert "What decided: catalogue coverage." in done.stdout
    assert "--limit coverage=" in done.stdout
    assert serving() == "average"
    wrong = command(promote_command, "candidate", "--limit", "colour=1")
    assert wrong.exit_code == 2
    assert "colour is no limit; there are: coverage, gini" in wrong.stderr


def test_two_promotions_at_once_cannot_both_switch() -> None:
    shuffle("other", "average")

    def let_other_serve(*_: object) -> None:
        run(
            "update recs.serving_model set model_id = (select model_id from recs.models "
            "where name = 'other')"
        )

    with pytest.raises(RefusedError, match="Another model was let serve in between"):
        promote("candidate", limits=LIMITS, report=let_other_serve)
    assert serving() == "other"


def test_switching_under_load_never_mixes_two_models_in_an_answer() -> None:
    expected = {
        name: [row[:2] for row in recommended(3, model=name)] for name in ("average", "candidate")
    }
    ends = threading.Event()
    wrong: list[object] = []
    seen: set[str] = set()

    def ask() -> None:
        try:
            with connect(autocommit=True) as connection:
                while not ends.is_set():
                    rows = connection.execute(
                        "select product_id, score, model from recs.recommend('s003', 4)"
                    ).fetchall()
                    models = {row[2] for row in rows}
                    seen.update(models)
                    if len(models) != 1 or [row[:2] for row in rows] != expected[models.pop()]:
                        wrong.append(rows)
        except psycopg.Error as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        promote("candidate", limits=LIMITS, report=ignore_progress)
        for _ in range(25):
            assert rollback().model == "average"
            run(
                "update recs.serving_model set model_id = (select model_id from recs.models "
                "where name = 'candidate')"
            )
    finally:
        ends.set()
        for thread in threads:
            thread.join()
    assert not wrong, wrong[:3]
    assert seen == {"average", "candidate"}


@pytest.mark.parametrize("serves", ["average", "candidate"])
def test_a_model_of_an_earlier_recipe_is_refused_or_followed_by_force(serves: str) -> None:
    run("update recs.models set parameters = parameters - 'block' where name = 'candidate'")
    run(
        "update recs.serving_model set model_id = (select model_id from recs.models "
        "where name = %s)",
        (serves,),
    )
    new = "average" if serves == "candidate" else "candidate"
    decision = promote(new, report=ignore_progress)
    assert decision.kind == "refuse"
    assert decision.decided_by == ["recipe"]
    assert "candidate cannot be made anew" in decision.as_text()
    (advice,) = decision.advice
    assert ("--force" if serves == "candidate" else "alsolike train") in advice
    assert serving() == serves
    assert promote(new, is_forced=True, report=ignore_progress).kind == "force"
    assert serving() == new


def test_what_a_killed_training_left_without_an_index_gets_it_before_it_serves() -> None:
    ((model_id,),) = run("select model_id from recs.models where name = 'candidate'")
    index = f"recs.product_vectors_{model_id}_hnsw"
    run(f"drop index {index}")
    run("update recs.models set data = '{}' where name = 'candidate'")
    assert promote("candidate", is_forced=True, report=ignore_progress).kind == "force"
    assert run("select indisvalid from pg_index where indexrelid = to_regclass(%s)", (index,)) == [
        (True,)
    ]
