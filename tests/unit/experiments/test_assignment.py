"""Arms are given by a hash: evenly, always the same, and independently between layers."""

from dataclasses import replace

import pytest

from alsolike.experiments.assignment import (
    Arm,
    Experiment,
    given_arms,
    point,
    read_arms,
    unit_of,
)

CONTROL = Arm("control", 0.5)
NEW = Arm("new", 0.5, model="trained-2")
HALVES = Experiment("halves", "main", 0.0, 1.0, "salt", (CONTROL, NEW), frozenset({"home"}))
UNITS = [f"shopper:{n}" for n in range(100_000)]


def counts(experiment: Experiment) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for unit in UNITS:
        arm = experiment.assign(unit)
        name = None if arm is None else arm.name
        found[name] = found.get(name, 0) + 1
    return found


@pytest.mark.parametrize(
    ("experiment", "expected"),
    [
        (HALVES, {"control": 49_952, "new": 50_048}),
        (replace(HALVES, salt="another"), {"control": 49_779, "new": 50_221}),
        (
            replace(
                HALVES, arms=(Arm("control", 0.8), Arm("a", 0.1), Arm("none", 0.1, is_off=True))
            ),
            {"control": 80_193, "a": 9_901, "none": 9_906},
        ),
        (
            replace(HALVES, layer_from=0.0, layer_to=0.25),
            {None: 74_792, "control": 12_485, "new": 12_723},
        ),
    ],
    ids=["halves", "another salt", "three arms", "a quarter of the layer"],
)
def test_arms_get_their_shares(experiment: Experiment, expected: dict[str | None, int]) -> None:
    assert counts(experiment) == expected


def test_a_point_is_the_beginning_of_a_sha_256() -> None:
    # printf 'salt\0shopper:1' | sha256sum
    assert point("salt", "shopper:1") == (0xAC02E39529BB7F4A >> 11) / 2**53


def test_an_arm_stays_the_same_and_another_salt_mixes_anew() -> None:
    other = replace(HALVES, name="other", layer="other", salt="another")
    both = [(HALVES.assign(unit), other.assign(unit)) for unit in UNITS]
    assert both == [(HALVES.assign(unit), other.assign(unit)) for unit in UNITS]
    # Of either arm of one about half has either arm of the other.
    in_new = [second for first, second in both if first == NEW]
    assert 0.49 < in_new.count(NEW) / len(in_new) < 0.51


def test_experiments_of_one_layer_share_its_shoppers() -> None:
    first = replace(HALVES, name="first", layer_to=0.3)
    second = replace(HALVES, name="second", layer_from=0.3, salt="second")
    elsewhere = replace(HALVES, name="elsewhere", layer="elsewhere", salt="elsewhere")
    in_both = 0
    for unit in UNITS[:10_000]:
        given = {one.name for one in given_arms((first, second, elsewhere), unit, {})}
        assert "elsewhere" in given
        assert len(given & {"first", "second"}) == 1
        in_both += "first" in given
    assert 2_850 < in_both < 3_150


def test_who_has_an_arm_keeps_it_and_gets_no_other_of_the_layer() -> None:
    first = replace(HALVES, name="first", layer_to=0.5)
    second = replace(HALVES, name="second", layer_from=0.5)
    for unit in UNITS[:1_000]:
        kept = given_arms((first, second), unit, {"first": "new"})
        assert kept == {first: NEW}


def test_an_arm_that_an_experiment_has_no_more_changes_nothing() -> None:
    assert given_arms((HALVES,), "shopper:1", {"halves": "gone"}) == {}


def test_arms_are_stored_and_read_again() -> None:
    arms = (CONTROL, NEW, Arm("none", 0.1, is_off=True), Arm("wide", 0.1, diversity="high"))
    assert read_arms([arm.as_dict() for arm in arms]) == arms


def test_a_shopper_and_a_visitor_of_one_id_are_two() -> None:
    assert unit_of("a", None) != unit_of(None, "a")
    assert unit_of("a", "b") == unit_of("a", None)
    assert unit_of(None, None) is None
