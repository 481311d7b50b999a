"""How an evaluation is told: as JSON, as tables, as a report with charts."""

import json
import math
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from alsolike.evaluation.charts import accuracy_chart, coverage_chart, frontier_chart
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.frontier import DEFAULT, CoverageFrontier, MeasuredSetting, Setting
from alsolike.evaluation.report import report_html
from alsolike.evaluation.results import Evaluation, Value, best_model
from alsolike.evaluation.table import (
    AS_STORED,
    bounds_text,
    evaluation_text,
    heading,
    interval_text,
    number,
    verdict,
)
from alsolike.history import Split, split_by_time, split_next
from alsolike.progress import ignore_progress
from tests.fixtures.history import catalogue, history, random_history
from tests.unit.evaluation.rankers import Counting, Fixed

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def told() -> Evaluation:
    """Three models, one of them named like a baseline, on a shop with a cold product."""
    whole = random_history(shoppers=80, events=1_500)
    # Nobody acts on the last products before the last days.
    is_kept = (whole.products < 35) | (whole.times > np.quantile(whole.times, 0.9))
    return evaluate(
        split_by_time(whole.only(is_kept)),
        [
            Fixed("popular", np.zeros(40)),
            Counting("ours <b>&", 0.5),
            Fixed("worst", np.arange(40)),
        ],
        vectors=np.eye(40, dtype=np.float32),
        report=ignore_progress,
    )


def test_json_holds_every_metric_of_every_model(told: Evaluation) -> None:
    result = json.loads(json.dumps(told.as_dict(), allow_nan=False))
    assert {"split", "k", "shoppers", "models", "differences", "cutoff"} <= set(result)
    names = [
        "ndcg", "hr", "recall", "precision", "map", "mrr", "coverage", "gini", "ild", "novelty",
        "long_tail", "cold_share",
    ]  # fmt: skip
    for metrics in result["models"].values():
        assert set(metrics) == {f"{name}@10" for name in names}
        assert all(value is not None for value in metrics.values())
    assert set(result["slices"]) == {"warm", "cold"}
    low, high = result["intervals"]["ours <b>&"]["ndcg@10"]
    assert low <= result["models"]["ours <b>&"]["ndcg@10"] <= high
    assert "gini@10" not in result["intervals"]["popular"]


def test_the_best_of_each_column_has_a_star(told: Evaluation) -> None:
    text = evaluation_text(told, has_vectors=True)
    metrics = told.as_dict()["models"]
    best = max(metrics, key=lambda name: metrics[name]["ndcg@10"])
    line = next(line for line in text.splitlines() if line.startswith(best))
    assert f"{metrics[best]['ndcg@10']:.4f}*" in line
    evenest = min(metrics, key=lambda name: metrics[name]["gini@10"])
    assert f"{metrics[evenest]['gini@10']:.4f}*" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_lead_over_each_other_model_is_told(told: Evaluation) -> None:
    text = evaluation_text(told, has_vectors=True)
    value = told.differences["ours <b>&", "popular"]["ndcg@10"]
    assert f"{value.value:+.4f} [{value.low:+.4f}, {value.high:+.4f}]" in text
    assert "ours <b>& less each other model" in text
    # A baseline's lead is nobody's question.
    assert "popular less each other model" not in text


def test_missing_diversity_is_explained(told: Evaluation) -> None:
    assert "alsolike embed" in evaluation_text(told, has_vectors=False)
    assert "alsolike embed" not in evaluation_text(told, has_vectors=True)


LINKS = {"src", "href"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name.rpartition(":")[2] in LINKS]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def measured(setting: Setting, diversity: float, accuracy: float) -> MeasuredSetting:
    return MeasuredSetting(setting, accuracy, diversity, Value(0.0, 0.0, 0.0))


def test_the_report_is_one_file_with_charts_and_numbers(told: Evaluation) -> None:
    points = [measured(Setting(), 0.3, 0.06), measured(Setting(0.2), 0.5, 0.05)]
    html = report_html(told, has_vectors=True, data_fingerprint="f00d", frontier=points)
    page = _Page()
    page.feed(html)
    # What a drawing refers to is within the drawing.
    assert {link[0] for link in page.links} == {"#"}
    assert "script" not in page.tags
    assert page.tags.count("svg") == 4
    text = " ".join(page.text)
    assert "ours <b>&" in text
    assert "b" not in page.tags
    for metrics in told.as_dict()["models"].values():
        assert f"{metrics['ndcg@10']:.4f}" in text
    assert "f00d" in text


def test_a_chart_is_an_svg_that_names_each_model_the_same_every_time(told: Evaluation) -> None:
    chart = accuracy_chart(told)
    assert chart == accuracy_chart(told)
    root = ET.fromstring(chart)
    assert root.tag == f"{SVG}svg"
    texts = {"".join(element.itertext()) for element in root.iter(f"{SVG}text")}
    assert {"popular", "ours <b>&", "worst"} <= texts


def test_the_frontier_marks_the_default() -> None:
    points = [measured(Setting(), 0.3, 0.06), measured(DEFAULT, 0.5, 0.05)]
    chart = frontier_chart(points, k=5)
    texts = {"".join(element.itertext()) for element in ET.fromstring(chart).iter(f"{SVG}text")}
    assert {"none", f"{DEFAULT.label} (default)", "ndcg@5", "intra-list diversity ild@5"} <= texts


def test_accuracy_is_drawn_against_coverage_of_the_models_and_of_what_training_chose_from(
    told: Evaluation,
) -> None:
    def texts(chart: str) -> set[str]:
        return {"".join(one.itertext()) for one in ET.fromstring(chart).iter(f"{SVG}text")}

    models = {"popular", "ours <b>&", "worst"}
    assert models <= texts(coverage_chart(told))
    frontier = CoverageFrontier("ours", (0.3, 0.29, 0.2), (10, 20, 40), chosen=1)
    drawn = texts(coverage_chart(told, frontier))
    assert models | {"chosen", "products shown while ours was trained"} <= drawn
    assert "chosen" not in texts(coverage_chart(told))


def test_drawing_leaves_no_style_behind() -> None:
    import matplotlib as mpl  # noqa: PLC0415

    before = dict(mpl.rcParams)
    frontier_chart([measured(Setting(), 0.3, 0.06)])
    assert dict(mpl.rcParams) == before


def test_what_an_interval_says() -> None:
    assert verdict(Value(0.1, 0.05, 0.2)) == "leads"
    assert verdict(Value(-0.1, -0.2, -0.05)) == "trails"
    assert verdict(Value(0.1, -0.05, 0.2)) == "even"
    assert verdict(Value(0.1)) == "even"


def test_an_interval_without_width_proves_nothing() -> None:
    # One shopper, or several who are all alike: drawing them again gives the same every time.
    same = Value(1.0, 1.0, 1.0)
    assert not same.excludes_zero
    assert verdict(same) == "untold"
    assert interval_text(same) == "+1.0000 (same for all)"
    assert interval_text(Value(0.0, 0.0, 0.0)) == "+0.0000 (same for all)"
    assert bounds_text(same) == "same for all"


def test_an_interval_with_width_is_never_shown_without() -> None:
    assert interval_text(Value(0.0, -2e-5, 1e-5)) == "+0.0000 [-2.0e-05, +1.0e-05]"
    assert bounds_text(Value(0.1, 0.05, 0.2)) == "0.0500 to 0.2000"


def test_few_shoppers_are_a_warning_wherever_the_result_is_told() -> None:
    split = split_by_time(random_history(shoppers=8, events=120))
    few = evaluate(split, [Counting(), Fixed("same", np.zeros(40))], report=ignore_progress)
    warning = f"Only {few.shoppers['all']} shoppers are tested"
    assert few.shoppers["all"] < 8
    assert warning in evaluation_text(few, has_vectors=True)
    assert warning in report_html(few, has_vectors=True, data_fingerprint="x")
    assert few.as_dict()["warnings"][0].startswith(warning)


def test_many_shoppers_are_no_warning_but_few_with_a_cold_product_are() -> None:
    whole = random_history(shoppers=300, products=60, events=9_000)
    assert evaluate(split_by_time(whole), [Counting()], report=ignore_progress).warnings == []
    is_kept = (whole.products < 58) | (whole.times > np.quantile(whole.times, 0.9))
    split = split_by_time(whole.only(is_kept))
    (warning,) = evaluate(split, [Counting()], report=ignore_progress).warnings
    assert "have a cold product held out" in warning


def test_the_cold_share_is_told_in_the_heading(told: Evaluation) -> None:
    assert 0 < told.cold_share < 1
    line = f"Of {told.held_out['all']} held-out products {told.cold_share:.1%} are cold."
    text = " ".join(evaluation_text(told, has_vectors=True).split())
    assert line in text


def test_the_best_is_the_least_of_gini_and_none_where_all_are_equal() -> None:
    values = [("a", 0.2), ("b", 0.7), ("c", math.nan)]
    assert best_model("ndcg@10", values) == "b"
    assert best_model("gini@10", values) == "a"
    assert best_model("ndcg@10", [("a", 0.0), ("b", 0.0)]) is None
    assert best_model("ndcg@10", [("a", math.nan)]) is None
    assert best_model("ndcg@10", [("a", 0.0)]) == "a"


def test_what_has_no_value_is_a_dash() -> None:
    assert (number(math.nan), number(0.06371)) == ("–", "0.0637")


def _cold_split() -> Split:
    """Return 40 shoppers who all come to a cold and a warm product after day 10."""
    events = [(shopper, shopper % 4, 1) for shopper in range(40)]
    events += [(shopper, 4, 12) for shopper in range(40)]
    events += [(shopper, (shopper + 1) % 4, 13) for shopper in range(40) if shopper % 3]
    return split_by_time(history(catalogue(6), events), datetime(1970, 1, 11, tzinfo=UTC))


def test_a_lead_by_cold_products_alone_is_a_warning() -> None:
    split = _cold_split()
    # Both rank warm products alike; one also has the cold one, last or first.
    plain, keen = Fixed("plain", [4, 3, 2, 1, 0, 0.5]), Fixed("keen", [4, 3, 2, 1, 3.5, 0.5])
    told = evaluate(split, [plain, keen], k=3, report=ignore_progress)
    (warning,) = [line for line in told.warnings if "leads" in line]
    assert warning.startswith("keen leads plain on all held-out products, but not on warm ones")
    assert f"{told.cold_share:.1%} of what is held out" in warning
    for text in (
        evaluation_text(told, has_vectors=True),
        report_html(told, has_vectors=True, data_fingerprint="x"),
    ):
        assert "keen leads plain" in " ".join(text.split())


def test_a_lead_on_warm_products_too_is_none() -> None:
    split = split_by_time(random_history(shoppers=300, products=60, events=9_000))
    told = evaluate(split, [Counting(), Fixed("worse", np.arange(60))], report=ignore_progress)
    assert told.differences["counting", "worse"]["ndcg@10"].excludes_zero
    assert told.warnings == []


def test_the_cold_share_of_the_truth_stands_above_that_of_the_lists(told: Evaluation) -> None:
    for text in (
        evaluation_text(told, has_vectors=True),
        report_html(told, has_vectors=True, data_fingerprint="x"),
    ):
        assert f"cold_share: of what is held out it is {told.cold_share:.4f}" in text


def test_visitors_who_cannot_be_tested_are_told_where_they_are_the_most() -> None:
    events = [(shopper, 0, 1) for shopper in range(12)]
    events += [(shopper, 1, 12) for shopper in range(5)]
    split = split_by_time(history(catalogue(2), events), datetime(1970, 1, 11, tzinfo=UTC))
    told = evaluate(split, [Counting()], report=ignore_progress)
    line = "7 of 12 visitors acted on one product only and cannot be tested"
    assert line in " ".join(evaluation_text(told, has_vectors=True).split())
    result = told.as_dict()
    assert (result["visitors"], result["visitors_with_one_product"]) == (12, 7)
    events += [(shopper, 1, 13) for shopper in range(5, 8)]
    split = split_by_time(history(catalogue(2), events), datetime(1970, 1, 11, tzinfo=UTC))
    told = evaluate(split, [Counting()], report=ignore_progress)
    assert not any("one product only" in warning for warning in told.warnings)


def test_figures_as_stored_stand_apart_in_table_and_report() -> None:
    split = split_by_time(random_history(shoppers=300, products=60, events=9_000))
    stored = Counting("x as stored", 0.9)
    stored.has_seen_answers = True  # type: ignore[attr-defined]
    told = evaluate(split, [Counting(), stored], report=ignore_progress)
    for text in (
        evaluation_text(told, has_vectors=True),
        report_html(told, has_vectors=True, data_fingerprint="x"),
    ):
        before, _, after = text.partition(AS_STORED)
        assert "x as stored" not in before
        assert "x as stored" in after


def test_the_heading_of_a_next_split_says_how_often_was_asked() -> None:
    split = split_next(random_history(), most_moments=50)
    told = evaluate(split, [Counting()], report=ignore_progress)
    text = heading(told)
    assert f"{told.shoppers['all']} shoppers asked about at 50 moments, drawn from " in text
    assert "the mean over their moments" in text
    assert told.as_dict()["lists_drawn_from"] == split.n_moments
