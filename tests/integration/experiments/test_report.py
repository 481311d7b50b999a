"""A report finds the effect that is in the rows, and counts nobody too early."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from alsolike.cli import commands
from alsolike.experiments.assignment import Arm
from alsolike.experiments.plan import start
from alsolike.experiments.report import ExperimentReport, report
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime.now(UTC)
EXPOSED = NOW - timedelta(days=10)
PER_ARM = 400
# Of the shoppers of each arm every so-manieth buys, for 10 in the control and 20 in the other.
EVERY = {"control": 8, "new": 2}


def make_experiment(*, arm: Arm | None = None) -> None:
    """Start one of home, with a window of a week."""
    start(
        "trial",
        (Arm("control", 0.5), arm or Arm("new", 0.5, diversity="high")),
        hypothesis="Wider lists sell more.",
        places=["home"],
        layer="main",
        part=1.0,
        metric="revenue",
        planned_shoppers=2 * PER_ARM,
        window_days=7,
    )


def add_shoppers(arm: str, count: int, *, exposed_at: datetime = EXPOSED, prefix: str = "") -> None:
    ids = [f"{prefix}{arm}-{n}" for n in range(count)]
    add_rows("raw.shoppers", ({"shopper_id": one} for one in ids))
    add_rows(
        "raw.consents",
        (
            {"shopper_id": one, "purpose": "measurement", "is_granted": True, "source": "test"}
            for one in ids
        ),
    )
    add_rows(
        "recs.exposures",
        (
            {"experiment": "trial", "arm": arm, "shopper_id": one, "exposed_at": exposed_at}
            for one in ids
        ),
    )


def purchase(number: str, shopper: str, **changes: Any) -> dict[str, Any]:
    return {
        "purchase_id": number,
        "shopper_id": shopper,
        "product_id": "mug",
        "purchased_at": EXPOSED + timedelta(days=1),
        "quantity": 1,
        "unit_price": "10.00",
        "order_id": number,
        **changes,
    }


def impression(number: int, shopper: str, **changes: Any) -> dict[str, Any]:
    one = UUID(int=(0x7 << 76) | (number << 8) | 1)
    return {
        "impression_id": one,
        "answer_id": one,
        "served_at": EXPOSED + timedelta(hours=1),
        "seen_at": EXPOSED + timedelta(hours=1),
        "clicked_at": None,
        "position": 1,
        "product_id": "mug",
        "shopper_id": shopper,
        "place": "home",
        "tier": "live",
        **changes,
    }


@pytest.fixture
def shop(database: dict[str, str]) -> None:
    """Make a shop of two arms, of which the second sells more."""
    assert database
    make_experiment()
    add_rows(
        "raw.products",
        [
            {"product_id": "mug", "title": "Mug", "price": "10.00", "currency": "EUR"},
            {"product_id": "cup", "title": "Cup", "price": "10.00", "currency": "USD"},
        ],
    )
    for month in {EXPOSED.replace(day=1), NOW.replace(day=1)}:
        run(
            "do $do$ begin execute format("
            "'create table if not exists recs.impressions_%s partition of recs.impressions "
            "for values from (%L) to (%L)', "
            f"'{month:%Y_%m}', '{month:%Y-%m}-01', date '{month:%Y-%m}-01' + interval '1 month'"
            "); end $do$"
        )
    for arm, every in EVERY.items():
        add_shoppers(arm, PER_ARM)
        add_rows(
            "raw.purchases",
            (
                purchase(
                    f"{arm}-{n}", f"{arm}-{n}", unit_price="10.00" if arm == "control" else "20.00"
                )
                for n in range(0, PER_ARM, every)
            ),
        )
        offset = 10_000 * (arm == "new")
        add_rows(
            "recs.impressions",
            (
                impression(
                    offset + n,
                    f"{arm}-{n}",
                    clicked_at=EXPOSED + timedelta(hours=2) if n % every == 0 else None,
                )
                for n in range(0, PER_ARM, 2)
            ),
        )


@pytest.mark.usefixtures("shop")
def test_it_finds_the_effect_that_is_in_the_rows() -> None:
    found = report("trial", at=NOW)
    assert found.everybody is not None
    assert not found.everybody.sample_ratio.is_mismatch
    assert found.everybody.effects[0].metric == "revenue"
    revenue = found.everybody.effect("revenue", "new")
    assert (revenue.control, revenue.treatment) == pytest.approx((10 / 8, 20 / 2))
    assert revenue.verdict == "better"
    conversion = found.everybody.effect("conversion", "new")
    assert (conversion.control, conversion.treatment) == pytest.approx((1 / 8, 1 / 2))
    assert conversion.verdict == "better"
    clicks = found.everybody.effect("click_rate", "new")
    assert (clicks.control, clicks.treatment) == pytest.approx((1 / 4, 1.0))
    assert found.currency == "EUR"
    assert found.seen is not None
    assert found.seen.sample_ratio.shoppers == {"control": PER_ARM // 2, "new": PER_ARM // 2}
    text = found.as_text()
    assert text.index("The split is") < text.index("Lift over control")
    assert "better" in text


@pytest.mark.usefixtures("shop")
def test_only_what_lies_in_the_window_counts() -> None:
    before = figures(report("trial", at=NOW))
    shopper = "control-1"
    add_rows(
        "raw.purchases",
        [
            purchase("late", shopper, purchased_at=EXPOSED + timedelta(days=7)),
            purchase("long ago", shopper, purchased_at=EXPOSED - timedelta(days=8)),
        ],
    )
    add_rows("raw.purchases", [purchase("back", shopper, returned_quantity=1)])
    add_rows(
        "recs.impressions",
        [
            impression(90_001, shopper, place="basket"),
            impression(90_002, shopper, is_bot=True),
            impression(90_003, shopper, seen_at=None),
        ],
    )
    assert figures(report("trial", at=NOW)) == before
    # In another currency it is an order, and no revenue of this one.
    add_rows("raw.purchases", [purchase("dollars", shopper, product_id="cup")])
    changed = figures(report("trial", at=NOW))
    assert changed["revenue"] == before["revenue"]
    assert changed["conversion"] == pytest.approx(before["conversion"] + 1 / PER_ARM)


def figures(found: ExperimentReport) -> dict[str, float]:
    """Return what the control has of each metric, as adjusted by nothing that was before."""
    assert found.everybody is not None
    return {effect.metric: effect.control for effect in found.everybody.effects}


@pytest.mark.usefixtures("shop")
def test_what_was_bought_before_is_taken_out() -> None:
    assert report("trial", at=NOW).everybody is not None
    add_rows(
        "raw.purchases",
        (
            purchase(f"b-{arm}-{n}", f"{arm}-{n}", purchased_at=EXPOSED - timedelta(days=1))
            for arm, every in EVERY.items()
            for n in range(PER_ARM)
            # Some of them came back.
            if n % every == 0 or n % 10 == 1
        ),
    )
    found = report("trial", at=NOW).everybody
    assert found is not None
    assert found.effect("conversion", "new").is_adjusted
    assert found.effect("conversion", "new").variance_left < 0.8


@pytest.mark.usefixtures("shop")
def test_whose_window_is_open_is_not_counted_yet() -> None:
    add_shoppers("new", 90, exposed_at=NOW - timedelta(days=6), prefix="later-")
    found = report("trial", at=NOW)
    assert (found.exposed["new"].shoppers, found.exposed["new"].complete) == (PER_ARM + 90, PER_ARM)
    assert found.everybody is not None
    assert found.everybody.sample_ratio.shoppers["new"] == PER_ARM


@pytest.mark.usefixtures("shop")
def test_who_withdrew_or_has_no_account_is_not_counted() -> None:
    add_rows(
        "raw.consents",
        [
            {
                "shopper_id": "new-0",
                "purpose": "measurement",
                "is_granted": False,
                "source": "test",
                "recorded_at": NOW + timedelta(seconds=1),
            }
        ],
    )
    add_rows(
        "recs.exposures",
        [{"experiment": "trial", "arm": "new", "session_id": "visit", "exposed_at": EXPOSED}],
    )
    found = report("trial", at=NOW)
    assert found.everybody is not None
    assert found.everybody.sample_ratio.shoppers["new"] == PER_ARM - 1
    assert found.exposed["new"].visitors == 1


@pytest.mark.usefixtures("shop")
def test_a_split_that_is_none_is_told_first() -> None:
    add_shoppers("new", 150, prefix="more-")
    found = report("trial", at=NOW)
    assert found.everybody is not None
    assert found.everybody.sample_ratio.is_mismatch
    assert "MISMATCH" in found.as_text()


def test_of_a_holdout_nobody_is_compared_who_saw_a_list() -> None:
    make_experiment(arm=Arm("none", 0.5, is_off=True))
    for arm in ("control", "none"):
        add_shoppers(arm, 100)
    found = report("trial", at=NOW)
    assert found.seen is None
    assert any("shows no list" in note for note in found.notes)


def test_too_few_are_told_of_and_not_compared() -> None:
    make_experiment()
    assert any("wait" in note for note in report("trial", at=NOW).notes)
    add_shoppers("new", 5)
    result = CliRunner().invoke(commands, ["experiment", "report", "trial", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["analysis"] is None
    assert told["exposed"]["new"] == {"shoppers": 5, "complete": 5, "visitors": 0}
    assert any("has no shoppers" in note for note in told["notes"])
