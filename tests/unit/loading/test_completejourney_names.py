"""Readable names of the grocery products."""

import pytest

from alsolike.loading.completejourney import tidy


@pytest.mark.parametrize(
    ("source", "readable"),
    [
        ("FLUID MILK WHITE ONLY", "Fluid Milk White Only"),
        ("CHEESE CRACKERS (CHEEZ-ITS/GOL", "Cheese Crackers"),
        ("CANDY BARS (SINGLES)(INCLUDING", "Candy Bars (Singles)"),
        ("FRZN BURGERS/BBQ/MEATBALL", "Frozen Burgers/Bbq/Meatball"),
        ("(UNCLOSED", "(Unclosed"),
        ("  TWO   SPACES ", "Two Spaces"),
    ],
)
def test_tidy(source: str, readable: str) -> None:
    assert tidy(source) == readable
