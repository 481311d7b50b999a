"""How lists follow a visit, counted by hand; and what the gate makes of it."""

import pytest

from alsolike.metrics.responsiveness import AfterLooks, Responsiveness, responsiveness
from alsolike.promotion.gate import Limits, check_visit


def test_cards_are_compared_with_the_list_before_and_with_the_kind() -> None:
    before = {1, 2, 3, 4}
    rows = [
        [before, {1, 2, 3, 5}, {1, 2, 5, 6}, {5, 6, 7, 8}],
        [before, before, {1, 2, 3, 9}, {2, 3, 4, 9}],
    ]
    found = responsiveness("m", rows, [{5, 6, 7}, {4, 9}])
    assert (found.model, found.visitors, found.before) == ("m", 2, 0.5)
    assert found.after == {
        1: AfterLooks(changed=0.5, of_kind=1, stayed=3.5),
        2: AfterLooks(changed=1.5, of_kind=1.5, stayed=2.5),
        4: AfterLooks(changed=2.5, of_kind=2.5, stayed=1.5),
    }
    # Half a card of three, half of five, 1.5 of four that should stay.
    assert found.reached == pytest.approx(min(1.5 / 3, 2.5 / 5, 1.5 / 4))
    assert found.as_dict()["after_looks"]["4"] == {"changed": 2.5, "of_kind": 2.5, "stayed": 1.5}


def reaching(model: str, *, of_kind: float, stayed: float) -> Responsiveness:
    after = {looks: AfterLooks(12 - stayed, of_kind, stayed) for looks in (1, 2, 4)}
    return Responsiveness(model, 100, 0, after)


@pytest.mark.parametrize(
    ("of_kind", "stayed", "serving_of_kind", "is_clear_win", "is_passed"),
    [
        (5, 4, 12, False, True),
        # It changes nothing, or everything.
        (1, 11, 12, False, False),
        (12, 0, 5, False, False),
        # Beside a serving model that follows no better; after a clear win.
        (1, 11, 1, False, True),
        (1, 11, 5, True, True),
        (0, 12, 5, True, True),
        (0, 12, 5, False, False),
    ],
)
def test_a_model_has_to_follow_a_visit_and_keep_enough(
    of_kind: float, stayed: float, serving_of_kind: float, *, is_clear_win: bool, is_passed: bool
) -> None:
    check = check_visit(
        reaching("new", of_kind=of_kind, stayed=stayed),
        reaching("old", of_kind=serving_of_kind, stayed=6),
        Limits(),
        is_clear_win=is_clear_win,
    )
    assert check.is_passed is is_passed
    assert check.compared_with == "old"
    assert (check.advice is None) is is_passed
