"""What a purchase says for other products of its category."""

from dataclasses import replace

import numpy as np
import pytest

from alsolike.history import KINDS, History
from alsolike.rankers.repurchase import repurchase_factors
from tests.fixtures.history import catalogue, history


def _shop(*, again: str, days: int = 20) -> History:
    """Return a shop of tents (0, 1) and coffee (2, 3): looked at, bought two days later.

    Whoever bought a product of the category `again` buys another some days later, 60 shoppers each.
    """
    products = replace(catalogue(4), categories=["Tents", "Tents", "Coffee", "Coffee"])
    events: list[tuple[int, int, int, str]] = []
    for shopper in range(120):
        category = "Tents" if shopper < 60 else "Coffee"
        product = 0 if category == "Tents" else 2
        events += [(shopper, product, 100, "view"), (shopper, product, 102, "purchase")]
        if category == again:
            events.append((shopper, product + 1, 102 + days, "purchase"))
    made = history(products, [event[:3] for event in events])
    return replace(made, kinds=np.array([KINDS.index(kind) for *_, kind in events], np.int8))


def test_what_is_not_bought_again_steps_back_and_what_is_stays() -> None:
    factors = repurchase_factors(_shop(again="Coffee"))
    assert set(factors) == {"Tents", "Coffee"}
    assert factors["Tents"] < 0.15
    # Half of the purchases, the second ones, are followed by none.
    assert 0.4 < factors["Coffee"] < 0.6
    assert repurchase_factors(_shop(again="Tents"))["Coffee"] < 0.15


def test_a_few_purchases_say_little() -> None:
    whole = _shop(again="Coffee")
    few = whole.only(whole.shoppers >= 58)
    assert repurchase_factors(few)["Tents"] > repurchase_factors(whole)["Tents"] + 0.2


def test_without_purchases_or_categories_nothing_is_known() -> None:
    whole = _shop(again="Coffee")
    assert repurchase_factors(whole.only(whole.kinds == KINDS.index("view"))) == {}
    bare = replace(whole, catalogue=replace(whole.catalogue, categories=[None] * 4))
    assert repurchase_factors(bare) == {}


@pytest.mark.parametrize(("days", "is_soon"), [(29, True), (32, False)])
def test_soon_is_within_30_days(days: int, *, is_soon: bool) -> None:
    factors = repurchase_factors(_shop(again="Tents", days=days))
    assert (factors["Tents"] > 0.3) == is_soon
