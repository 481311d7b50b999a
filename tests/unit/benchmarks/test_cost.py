"""What a month costs follows from what is measured, assumed and paid."""

import dataclasses

import pytest

from benchmarks.cost import Assumed, Measured, Prices, estimate, main, training_of


def test_the_whole_is_the_sum_of_its_parts_and_grows_with_the_shop() -> None:
    small, large = (estimate(size, 1e6, Prices()) for size in (10_000, 1_000_000))
    assert large.total == pytest.approx(sum(large.costs.values()))
    assert large.total > small.total
    assert large.disk > large.hot + large.impressions
    assert large.memory < large.disk


@pytest.mark.parametrize(
    ("price", "parts"),
    [
        ("core", {"cores", "training", "embedding"}),
        ("memory", {"memory", "training", "embedding"}),
        ("disk", {"disk"}),
        ("objects", {"objects"}),
    ],
)
def test_a_price_counts_where_it_is_paid_and_nowhere_else(price: str, parts: set[str]) -> None:
    prices = Prices()
    dearer = dataclasses.replace(prices, **{price: 2 * getattr(prices, price)})
    before, after = (estimate(1_000_000, 3e7, each).costs for each in (prices, dearer))
    assert {name for name in before if after[name] > before[name]} == parts


def test_bytes_are_counted_for_each_model_and_event() -> None:
    nothing = Measured(**{field.name: 0.0 for field in dataclasses.fields(Measured)})
    of_events = dataclasses.replace(nothing, event=100.0)
    assumed = Assumed(events=10, impression=0)
    found = estimate(1_000_000, 1.0, Prices(), assumed=assumed, measured=of_events)
    # In raw and in two marts, and a third more for what waits for vacuum.
    assert found.disk == pytest.approx(1.3 * 1_000_000 * 3 * 10 * 100 / 2**30)
    of_neighbours = dataclasses.replace(nothing, neighbour=1.0)
    found = estimate(1_000_000, 1.0, Prices(), assumed=assumed, measured=of_neighbours)
    assert found.disk == pytest.approx(1.3 * 1_000_000 * (100 + 100 + 20) / 2**30)


def test_a_busier_second_needs_more_cores() -> None:
    assert estimate(1_000_000, 3e9, Prices()).cores > estimate(1_000_000, 3e7, Prices()).cores


def test_beyond_what_was_measured_the_growth_goes_on() -> None:
    seconds, gigabytes = training_of(1_000_000)
    more, larger = training_of(2_000_000)
    assert seconds < more < 2 * seconds
    assert gigabytes < larger < 2 * gigabytes


def test_pages_are_told_for_each_size(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--products", "1000,2000", "--pages", "1000"])
    assert "one number for each" in capsys.readouterr().err
    assert main(["--products", "1000", "--pages", "1000", "--core", "0"]) == 0
    assert "| cores | 0.0 |" in capsys.readouterr().out
