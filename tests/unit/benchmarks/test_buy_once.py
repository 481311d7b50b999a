"""The made-up marketplace has the proportions that it is to be measured in."""

import csv
from collections import Counter
from pathlib import Path

from benchmarks.buy_once import write_shop


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_most_shoppers_bought_once_and_a_seed_gives_the_same_shop(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        events = write_shop(folder, 2000, 700, 3)
    purchases, reviews = rows(first / "purchases.csv"), rows(first / "reviews.csv")
    assert events == len(purchases) + len(reviews)
    orders = {(row["shopper_id"], row["order_id"]) for row in purchases}
    visits = Counter(shopper for shopper, _ in orders)
    assert len(visits) == 2000
    assert 0.95 < sum(count == 1 for count in visits.values()) / 2000 < 0.97
    known = {row["product_id"] for row in rows(first / "products.csv")}
    assert {row["product_id"] for row in purchases + reviews} <= known
    for name in ("products.csv", "purchases.csv", "reviews.csv"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
