"""`alsolike evaluate` from the marts to the stored result, with models that need no text."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from psycopg.types.json import Jsonb

from alsolike.cli.evaluation import evaluate
from alsolike.database import connect
from alsolike.errors import AlsolikeError
from alsolike.evaluation.results import EvaluationError
from alsolike.evaluation.run import EvaluationPlan, run_evaluation
from alsolike.history import ALWAYS, NoHistoryError, SplitError, read_history
from alsolike.progress import ignore_progress
from alsolike.rankers.by_name import UnknownRankerError
from alsolike.settings import Settings
from alsolike.texts import NoTextVectorsError
from alsolike.transform import transform
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart
from tests.shop.models import add_trained
from tests.shop.shoppers import add_shoppers
from tests.shop.vectors import clusters, name_of
from tests.unit.evaluation.rankers import Counting, Fixed

pytestmark = pytest.mark.usefixtures("database")

START = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTS, SHOPPERS = 30, 40

Evaluate = Callable[..., Result]


def add_shop(products: int = PRODUCTS, events: int = 700) -> None:
    """Add products, and events over 100 days as dbt would hand them on."""
    random = np.random.default_rng(0)
    add_rows(
        "raw.products",
        (
            {"product_id": f"p{number:02}", "title": f"Product {number}"}
            for number in range(products)
        ),
    )
    add_shoppers([f"s{number:02}" for number in range(SHOPPERS)])
    make_mart(
        "shopper_events",
        (
            {
                **of_shopper(f"s{random.integers(SHOPPERS):02}"),
                "product_id": f"p{int(products * random.random() ** 2):02}",
                "kind": "view",
                "event_id": str(number),
                "occurred_at": START + timedelta(days=float(random.random() * 100)),
                "weight": 1,
            }
            for number in range(events)
        ),
    )


def of_shopper(shopper_id: str) -> dict[str, str]:
    """Return the columns of the mart that say who did it."""
    return {"visitor_id": f"shopper:{shopper_id}", "shopper_id": shopper_id}


@pytest.fixture
def command(settings: Settings) -> Evaluate:
    """Run the command with arguments."""

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(evaluate, arguments, obj=settings)

    return call


def test_the_result_is_printed_stored_and_logged(command: Evaluate, tmp_path: Path) -> None:
    add_shop()
    report = tmp_path / "report.html"
    done = command("--models", "popular,item-knn", "--json", "--report", str(report))
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told["models"]) == ["popular", "item-knn"]
    assert (told["split"], told["k"]) == ("time", 10)
    assert 0 < told["models"]["popular"]["ndcg@10"] < 1

    stored = run(
        "select model, metric, value, low, high from recs.evaluation_metrics "
        "where evaluation_id = %s and slice = 'all'",
        (told["evaluation_id"],),
    )
    assert {(model, metric): value for model, metric, value, _, _ in stored} == {
        (model, metric): value
        for model, metrics in told["models"].items()
        for metric, value in metrics.items()
    }
    means = [(low, value, high) for _, _, value, low, high in stored if low is not None]
    assert means
    assert all(low <= value <= high for low, value, high in means)
    assert run(
        "select split, k, cutoff, shopper_count, data_fingerprint, parameters ->> 'seed' "
        "from recs.evaluations"
    ) == [
        (
            "time",
            10,
            datetime.fromisoformat(told["cutoff"]),
            told["shoppers"],
            told["data_fingerprint"],
            "0",
        )
    ]
    difference = told["differences"]["item-knn"]["popular"]["ndcg@10"]
    assert run(
        "select difference, low, high from recs.evaluation_differences "
        "where model = 'item-knn' and against = 'popular' and metric = 'ndcg@10'"
    ) == [(difference["difference"], difference["low"], difference["high"])]
    assert run("select command, error, counts ->> 'evaluation_id' from ops.runs") == [
        ("evaluate", None, str(told["evaluation_id"]))
    ]
    assert "<svg" in report.read_text(encoding="utf-8")


def test_without_json_it_prints_tables(command: Evaluate) -> None:
    add_shop()
    done = command("--models", "popular,item-knn", "--split", "leave-one-out", "--k", "5")
    assert done.exit_code == 0, done.stderr
    assert "leave-one-out split" in done.stdout
    assert "ndcg@5" in done.stdout
    assert "recs.evaluations" in done.stdout
    assert "ild is missing" in done.stdout


def test_every_next_action_is_asked_about_and_kept(command: Evaluate) -> None:
    add_shop()
    by_time = json.loads(command("--models", "popular,visit-knn", "--json").stdout)
    arguments = ("--split", "next", "--models", "popular,visit-knn,last-item,ease-aged,ials")
    told = json.loads(command(*arguments, "--json").stdout)
    # The same cutoff, but a list for every moment.
    assert told["cutoff"] == by_time["cutoff"]
    assert told["lists"] > told["shoppers"] >= by_time["shoppers"]
    assert by_time["lists"] == by_time["shoppers"]
    assert all(0 < metrics["hr@10"] < 1 for metrics in told["models"].values())
    assert run(
        "select split, cutoff, shopper_count, (parameters ->> 'lists')::integer "
        "from recs.evaluations where evaluation_id = %s",
        (told["evaluation_id"],),
    ) == [("next", datetime.fromisoformat(told["cutoff"]), told["shoppers"], told["lists"])]
    earlier = command(*arguments, "--cutoff", "2026-02-01")
    assert "next split, known before 2026-02-01 00:00 UTC" in " ".join(earlier.stdout.split())


def test_figures_as_stored_are_not_kept() -> None:
    add_shop()
    run(
        "insert into recs.encoders (name, sha256, dimension) values ('e', 's', 3);"
        "insert into recs.models (name, kind, encoder_id, dimension) select 'mine', 'trained',"
        " encoder_id, 3 from recs.encoders"
    )

    def as_stored(name: str) -> Any:
        ranker = Counting(name)
        ranker.has_seen_answers = True  # type: ignore[attr-defined]
        return ranker

    plan = EvaluationPlan(models=("popular", "mine"))
    run_evaluation(plan, report=ignore_progress, trained_ranker=as_stored)
    assert run("select distinct model from recs.evaluation_metrics") == [("popular",)]
    assert run("select count(*) from recs.evaluation_differences") == [(0,)]


def test_a_rerun_from_what_was_stored_gives_the_same_metrics() -> None:
    add_shop()
    plan = EvaluationPlan(models=("popular", "item-knn"), cold_share=0.2, seed=3)
    first = run_evaluation(plan, report=ignore_progress)
    [(split, k, cutoff, parameters)] = run(
        "select split, k, cutoff, parameters from recs.evaluations"
    )
    again = run_evaluation(
        EvaluationPlan(
            split=split,
            cutoff=cutoff,
            k=k,
            models=tuple(parameters["models"]),
            cold_share=parameters["cold_share"],
            seed=parameters["seed"],
        ),
        report=ignore_progress,
    )
    assert again.evaluation_id != first.evaluation_id
    assert "cold" in first.evaluation.shoppers
    columns = "model, slice, metric, value, low, high"
    rows = [
        run(
            f"select {columns} from recs.evaluation_metrics where evaluation_id = %s "
            "order by 1, 2, 3",
            (done.evaluation_id,),
        )
        for done in (first, again)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 20


def test_models_that_are_no_baseline_are_made_by_training() -> None:
    add_shop()
    run(
        "insert into recs.encoders (name, sha256, dimension) values ('e', 's', 3);"
        "insert into recs.models (name, kind, encoder_id, dimension) select 'mine', 'trained',"
        " encoder_id, 3 from recs.encoders"
    )
    asked: list[str] = []

    def trained_ranker(name: str) -> Any:
        asked.append(name)
        return Counting(name)

    plan = EvaluationPlan(models=("popular", "trained", "mine"))
    done = run_evaluation(plan, report=ignore_progress, trained_ranker=trained_ranker)
    assert asked == ["trained", "mine"]
    assert list(done.evaluation.models) == ["popular", "trained", "mine"]


def test_a_bot_with_most_of_the_events_leaves_the_shoppers_to_be_tested(command: Evaluate) -> None:
    add_shop()
    before = json.loads(command("--models", "popular", "--json").stdout)
    add_shoppers(["bot"])
    run(
        "insert into marts.shopper_events"
        " (visitor_id, shopper_id, product_id, kind, event_id, occurred_at, weight)"
        " select 'shopper:bot', 'bot', 'p07', 'view', 'bot' || n,"
        " timestamptz '2026-04-11 10:00Z' + n * interval '1 second', 1"
        " from generate_series(1, 20000) as n"
    )
    done = command("--models", "popular", "--json")
    assert done.exit_code == 0, done.exception
    after = json.loads(done.stdout)
    assert after["shoppers"] >= before["shoppers"] / 2
    moved = datetime.fromisoformat(after["cutoff"]) - datetime.fromisoformat(before["cutoff"])
    assert abs(moved) < timedelta(days=5)


def sell_from(product_id: str, days: int) -> None:
    """Let every third shopper come to a product, from so many days after the start."""
    run(
        "insert into marts.shopper_events"
        " (visitor_id, shopper_id, product_id, kind, event_id, occurred_at, weight)"
        " select distinct on (visitor_id) visitor_id, shopper_id, %s, 'view',"
        " %s || visitor_id, %s + n * interval '10 minutes', 1"
        " from marts.shopper_events, generate_series(1, 30) as n"
        " where right(visitor_id, 1) in ('1', '4', '7')",
        (product_id, product_id, START + timedelta(days=days)),
    )


def test_a_product_first_sold_after_the_cutoff_is_foretold_only_if_the_shop_dates_it_before(
    command: Evaluate,
) -> None:
    add_shop()
    cutoff = ["--cutoff", (START + timedelta(days=80)).isoformat()]
    before = json.loads(command("--models", "popular", *cutoff, "--json").stdout)
    run("insert into raw.products (product_id, title) values ('new', 'New')")
    sell_from("new", 85)
    undated = json.loads(command("--models", "popular", *cutoff, "--json").stdout)
    assert undated["held_out"] == before["held_out"]
    assert undated["cold_share_of_held_out"] == before["cold_share_of_held_out"] == 0
    assert undated["models"] == before["models"]

    run("update raw.products set created_at = %s where product_id = 'new'", (START,))
    dated = json.loads(command("--models", "popular", *cutoff, "--json").stdout)
    tested = dated["slices"]["cold"]["held_out"]
    assert tested > 5
    assert dated["held_out"] == before["held_out"] + tested
    assert dated["cold_share_of_held_out"] == pytest.approx(tested / dated["held_out"], abs=1e-6)
    told = command("--models", "popular", *cutoff).stdout
    assert f"held-out products {tested / dated['held_out']:.1%} are cold" in " ".join(told.split())


def test_a_shop_without_dates_has_its_unsold_products_all_along() -> None:
    add_shop()
    run(
        "insert into raw.products (product_id, title) values ('never', 'Never sold'),"
        " ('nor', 'Nor this')"
    )
    # Changed by a later load; its date is still that of the load that brought both.
    run("update raw.products set title = 'New name', loaded_at = now() where product_id = 'never'")
    run(
        "insert into raw.products (product_id, title, created_at) values "
        "('later', 'Dated later', '2026-04-01')"
    )
    catalogue = read_history(report=ignore_progress).catalogue
    since = dict(zip(catalogue.product_ids, catalogue.exists_from.tolist(), strict=True))
    assert since["never"] == since["nor"] == ALWAYS
    later = datetime(2026, 4, 1, tzinfo=UTC)
    assert since["later"] == round(later.timestamp() * 1_000_000)
    ((first,),) = run("select min(occurred_at) from marts.shopper_events where product_id = 'p00'")
    assert since["p00"] == round(first.timestamp() * 1_000_000)


def test_few_tested_shoppers_are_a_warning(command: Evaluate) -> None:
    add_shop()
    done = command("--models", "popular,item-knn")
    assert "Warning: Only 27 shoppers are tested" in done.stdout


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    add_shop()
    plan = EvaluationPlan(models=("popular", "nonsense"))
    with pytest.raises(UnknownRankerError, match=r"nonsense.*item-knn.*trained"):
        run_evaluation(plan, report=ignore_progress)


def test_nothing_is_stored_of_an_evaluation_that_failed() -> None:
    add_shop()

    def broken(name: str) -> Any:
        return Fixed(name, np.full(PRODUCTS, np.nan))

    plan = EvaluationPlan(models=("popular", "trained"))
    with pytest.raises(EvaluationError, match="trained gave scores that are not numbers"):
        run_evaluation(plan, report=ignore_progress, trained_ranker=broken)
    assert run("select count(*) from recs.evaluations") == [(0,)]


@pytest.mark.parametrize(
    ("products", "events", "error", "reason"),
    [
        (0, 0, NoHistoryError, "catalogue is empty"),
        (30, 0, SplitError, "too little history"),
        (30, 1, SplitError, "too little history"),
        (1, 50, SplitError, "too little history"),
    ],
)
def test_too_little_is_one_line(
    products: int, events: int, error: type[AlsolikeError], reason: str
) -> None:
    add_shop(products, events)
    with pytest.raises(error, match=reason) as told:
        run_evaluation(EvaluationPlan(models=("popular",)), report=ignore_progress)
    assert "\n" not in str(told.value)


def test_before_dbt_ran_it_says_what_to_do() -> None:
    with pytest.raises(NoHistoryError, match="alsolike transform"):
        run_evaluation(EvaluationPlan(models=("popular",)), report=ignore_progress)


def test_a_model_of_texts_without_texts_is_refused_before_any_work() -> None:
    add_shop()
    stages: list[str] = []
    with pytest.raises(NoTextVectorsError, match="alsolike embed"):
        run_evaluation(
            EvaluationPlan(models=("popular", "text")),
            report=lambda stage, _done, _total: stages.append(stage),
        )
    assert "rank popular" not in stages


def test_baskets_are_completed_by_text_too_where_texts_are_embedded(command: Evaluate) -> None:
    add_shop()
    run("update marts.shopper_events set kind = 'purchase'")
    without = json.loads(command("--models", "popular", "--complements", "--json").stdout)
    assert set(without["complements"]["models"]) == {"complements", "popular", "item-knn"}
    run(
        "insert into recs.encoders (name, sha256, dimension) values ('e', 's', 3);"
        "insert into recs.embeddings (encoder_id, product_id, part, content_hash, embedding)"
        " select e.encoder_id, p.product_id, 'name', '', l2_normalize(format('[%s,1,2]',"
        " row_number() over (order by p.product_id))::halfvec) from recs.encoders e, raw.products p"
    )
    done = json.loads(command("--models", "popular", "--complements", "--json").stdout)
    models = done["complements"]["models"]
    assert set(models) == {"complements", "popular", "item-knn", "text"}
    assert 0 < models["text"]["hr@10"] < 1
    assert "text" in done["complements"]["differences"]


def add_kinds_with_model() -> None:
    """Add five kinds of twenty products, shoppers of two kinds each, and a model that serves.

    What leads to what is of one kind.
    """
    kinds, each = 5, 20
    add_trained(
        clusters(kinds * each),
        {
            product: [
                (other, 1 - rank / 100)
                for rank, other in enumerate(range(kinds * each))
                if other // each == product // each != other
            ]
            for product in range(kinds * each)
        },
    )
    run("update raw.products set category = 'Kind ' || right(product_id, 2)::integer / 20")
    shoppers = [f"s{number:02}" for number in range(20)]
    add_shoppers(shoppers)
    random = np.random.default_rng(1)
    add_rows(
        "raw.views",
        (
            {
                "view_id": f"{shopper} {number}",
                "shopper_id": shopper,
                "product_id": name_of((place * each + 5 * number % (2 * each)) % (kinds * each)),
                "viewed_at": START + timedelta(days=float(random.random() * 100)),
            }
            for place, shopper in enumerate(shoppers)
            for number in range(8)
        ),
    )
    make_mart("shopper_events")
    run(
        "insert into marts.shopper_events"
        " (visitor_id, shopper_id, product_id, kind, event_id, occurred_at, weight)"
        " select 'shopper:' || shopper_id, shopper_id, product_id, 'view', view_id, viewed_at, 1"
        " from raw.views"
    )


def test_how_lists_follow_a_visit_is_measured_printed_and_kept(command: Evaluate) -> None:
    add_kinds_with_model()
    arguments = ("--models", "popular", "--responsiveness")
    done = command(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    (follows,) = told["responsiveness"]
    assert (follows["model"], follows["visitors"], follows["cards"]) == ("trained", 20, 12)
    assert follows["of_kind_before"] == 0
    of_kind = [follows["after_looks"][looks]["of_kind"] for looks in ("1", "2", "4")]
    assert 0 < of_kind[0] < of_kind[1] < of_kind[2]
    assert follows["after_looks"]["4"]["stayed"] >= 4
    assert run(
        "select parameters -> 'responsiveness' from recs.evaluations where evaluation_id = %s",
        (told["evaluation_id"],),
    ) == [([follows],)]
    printed = " ".join(command(*arguments).stdout.replace("│", " ").split())
    assert "How lists of 12 follow a visit" in printed
    assert "mean of 20 visitors" in printed
    row = follows["after_looks"]["2"]
    assert f"2 {row['changed']:.1f} {row['of_kind']:.1f} {row['stayed']:.1f}" in printed
    # Nothing was written of the looks, and the same seed asks the same.
    assert run("select count(*) from raw.views") == [(160,)]
    assert json.loads(command(*arguments, "--json").stdout)["responsiveness"] == [follows]

    run("update recs.models set serving = %s", (Jsonb({"visit": 0, "decay": 1}),))
    (keeps,) = json.loads(command(*arguments, "--json").stdout)["responsiveness"]
    assert keeps["after_looks"]["1"]["of_kind"] < of_kind[0]
    assert keeps["reached"] < follows["reached"]


def test_how_lists_follow_a_visit_is_measured_of_a_model_that_serves_only(
    command: Evaluate,
) -> None:
    add_shop()
    assert "responsiveness" not in command("--models", "popular").stdout
    done = command("--models", "popular", "--responsiveness", "--json")
    assert json.loads(done.stdout)["responsiveness"] == []
    text = " ".join(command("--models", "popular", "--responsiveness").stdout.split())
    assert "How lists follow a visit was not measured: no model serves" in text
    assert json.loads(command("--models", "popular", "--json").stdout)["responsiveness"] is None


@pytest.mark.parametrize("cutoff", ["2020-01-01", "2030-01-01T00:00+02:00"])
def test_a_cutoff_outside_the_history_says_where_the_history_is(
    cutoff: str, command: Evaluate
) -> None:
    add_shop()
    done = command("--models", "popular", "--cutoff", cutoff)
    assert isinstance(done.exception, EvaluationError)
    assert "2026-01-01" in str(done.exception)
    assert "2026-04-" in str(done.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--cutoff", "yesterday"],
        ["--split", "leave-one-out", "--cutoff", "2026-02-01"],
        ["--split", "random"],
        ["--k", "0"],
        ["--models", " , "],
        ["--cold-share", "1"],
        ["--seed", "-1"],
        ["--report", "no-such-folder/report.html"],
    ],
)
def test_wrong_usage_touches_nothing(arguments: list[str], command: Evaluate) -> None:
    done = command(*arguments)
    assert done.exit_code == click.UsageError.exit_code
    assert run("select count(*) from ops.runs") == [(0,)]


def test_the_mart_marks_the_latest_of_each_split() -> None:
    transform(select="model_evaluations", report=ignore_progress)
    assert run("select count(*) from marts.model_evaluations") == [(0,)]
    add_shop()
    for plan in (
        EvaluationPlan(models=("popular",)),
        EvaluationPlan(models=("popular",)),
        EvaluationPlan(models=("popular",), cold_share=0.1),
        EvaluationPlan(models=("popular",), split="leave-one-out"),
        EvaluationPlan(models=("popular",), split="next"),
    ):
        run_evaluation(plan, report=ignore_progress)
    with connect(role="alsolike_analyst") as connection:
        rows = connection.execute(
            "select split, cold_share, is_latest, value from marts.model_evaluations "
            "where slice = 'all' and metric = 'ndcg@10' order by evaluation_id"
        ).fetchall()
    assert [row[:3] for row in rows] == [
        ("time", 0, False),
        ("time", 0, True),
        ("time", 0.1, True),
        ("leave-one-out", 0, True),
        ("next", 0, True),
    ]
    assert all(0 < row[3] < 1 for row in rows)


def test_an_evaluation_is_kept_where_there_is_no_basket_to_complete(
    command: Evaluate, caplog: pytest.LogCaptureFixture
) -> None:
    add_shop()
    done = command("--models", "popular", "--complements", "--json")
    found = json.loads(done.stdout)
    assert found["complements"] is None
    assert found["models"]["popular"]
    assert "There is no purchase" in caplog.text
    assert run("select count(*) from recs.evaluations") == [(1,)]
