"""The demo shop's files: the same for the same seed, consistent, never half-written."""

import csv
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alsolike.demo.catalogue import SUBCATEGORIES, TOPS
from alsolike.demo.write import FILES, DemoShopError, DemoShopSummary, ShopSize, write_demo_shop

ENDS_AT = datetime(2026, 3, 1, tzinfo=UTC)
SIZE = ShopSize(products=160, shoppers=90, days=60)


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Take progress and do nothing."""


def write(folder: Path, seed: int = 5, size: ShopSize = SIZE) -> DemoShopSummary:
    return write_demo_shop(folder, size, seed=seed, ends_at=ENDS_AT, progress=ignore_progress)


def read_lines(path: Path) -> list[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def attributes_of(product: dict[str, object]) -> dict[str, str]:
    return json.loads(json.dumps(product["attributes"]))


def read_table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def file_bytes(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoShopSummary]:
    folder = tmp_path_factory.mktemp("demo") / "shop"
    return folder, write(folder)


def test_same_seed_writes_the_same_bytes(
    shop: tuple[Path, DemoShopSummary], tmp_path: Path
) -> None:
    write(tmp_path / "again")
    assert file_bytes(tmp_path / "again") == file_bytes(shop[0])


def test_another_seed_writes_another_shop(
    shop: tuple[Path, DemoShopSummary], tmp_path: Path
) -> None:
    write(tmp_path / "other", seed=6)
    ours, other = file_bytes(shop[0]), file_bytes(tmp_path / "other")
    assert all(ours[name] != other[name] for name in FILES)


def test_counts_are_those_of_the_files(shop: tuple[Path, DemoShopSummary]) -> None:
    folder, summary = shop
    assert summary.products == SIZE.products == len(read_lines(folder / "products.jsonl.gz"))
    assert summary.shoppers == SIZE.shoppers == len(read_table(folder / "shoppers.csv.gz"))
    assert summary.views == len(read_table(folder / "views.csv.gz")) > 0
    assert summary.purchases == len(read_table(folder / "purchases.csv.gz")) > 0
    assert summary.reviews == len(read_lines(folder / "reviews.jsonl.gz")) > 0


def test_products_are_complete(shop: tuple[Path, DemoShopSummary]) -> None:
    products = read_lines(shop[0] / "products.jsonl.gz")
    assert len({product["product_id"] for product in products}) == len(products)
    assert len({product["title"] for product in products}) == len(products)
    assert {str(product["category"]).split(" > ")[0] for product in products} == set(TOPS)
    for product in products:
        assert isinstance(product["price"], float)
        assert product["price"] > 0
        assert product["currency"] == "EUR"
        assert product["image_url"] == f"/pictures/{product['product_id']}.svg"
        assert datetime.fromisoformat(str(product["created_at"])) < ENDS_AT


def test_descriptions_agree_with_characteristics(shop: tuple[Path, DemoShopSummary]) -> None:
    for product in read_lines(shop[0] / "products.jsonl.gz"):
        attributes = attributes_of(product)
        description = str(product["description"])
        assert {"colour", "style", "use", "size", "features"} < attributes.keys()
        assert 2 <= sum(description.count(end) for end in (". ", "! ")) + 1 <= 4
        material = next(iter(attributes.values()))
        first_feature = attributes["features"].split(", ")[0]
        for word in (attributes["colour"], attributes["style"], material, first_feature):
            assert word in description


def test_history_refers_to_what_exists(shop: tuple[Path, DemoShopSummary]) -> None:
    folder, _ = shop
    arrivals = {
        str(product["product_id"]): datetime.fromisoformat(str(product["created_at"]))
        for product in read_lines(folder / "products.jsonl.gz")
    }
    shoppers = {row["shopper_id"] for row in read_table(folder / "shoppers.csv.gz")}
    starts_at = ENDS_AT - timedelta(days=SIZE.days)
    times = (
        ("views.csv.gz", "view_id", "viewed_at"),
        ("purchases.csv.gz", "purchase_id", "purchased_at"),
    )
    for name, key, time in times:
        rows = read_table(folder / name)
        assert len({row[key] for row in rows}) == len(rows)
        for row in rows:
            at = datetime.fromisoformat(row[time])
            assert starts_at <= at < ENDS_AT
            assert at >= arrivals[row["product_id"]]
            assert bool(row["shopper_id"]) != bool(row.get("session_id"))
            assert not row["shopper_id"] or row["shopper_id"] in shoppers


def test_some_views_are_anonymous(shop: tuple[Path, DemoShopSummary]) -> None:
    views = read_table(shop[0] / "views.csv.gz")
    assert 0 < sum(1 for view in views if not view["shopper_id"]) < len(views) / 2


def test_reviews_follow_a_purchase(shop: tuple[Path, DemoShopSummary]) -> None:
    folder, _ = shop
    bought: dict[tuple[str, str], datetime] = {}
    for row in read_table(folder / "purchases.csv.gz"):
        key = row["shopper_id"], row["product_id"]
        at = datetime.fromisoformat(row["purchased_at"])
        bought[key] = min(at, bought.get(key, at))
        assert float(row["unit_price"]) > 0
        assert int(row["quantity"]) >= 1
    for review in read_lines(folder / "reviews.jsonl.gz"):
        key = str(review["shopper_id"]), str(review["product_id"])
        assert bought[key] < datetime.fromisoformat(str(review["reviewed_at"])) < ENDS_AT


def test_review_text_agrees_with_rating_and_product(shop: tuple[Path, DemoShopSummary]) -> None:
    folder, _ = shop
    leaves = {leaf.path: leaf for leaf in SUBCATEGORIES}
    products = {
        product["product_id"]: product for product in read_lines(folder / "products.jsonl.gz")
    }
    for review in read_lines(folder / "reviews.jsonl.gz"):
        product = products[review["product_id"]]
        attributes = attributes_of(product)
        own = attributes["features"].split(", ")
        features = [f for f in leaves[str(product["category"])].features if f.name in own]
        body, rating = str(review["body"]), review["rating"]
        assert isinstance(rating, int)
        praises = any(f"{f.name} {f.benefit}" in body for f in features)
        complains = any(f"{f.name} {f.complaint}" in body for f in features)
        assert praises == (rating >= 3), body
        assert complains == (rating <= 3), body


def test_some_shoppers_do_not_consent(shop: tuple[Path, DemoShopSummary]) -> None:
    consents = {row["consent"] for row in read_table(shop[0] / "shoppers.csv.gz")}
    assert consents == {"personalisation", "none"}


@pytest.mark.parametrize("size", [ShopSize(1, 1, 1), ShopSize(7, 12, 3), ShopSize(300, 1, 120)])
def test_unusual_sizes(size: ShopSize, tmp_path: Path) -> None:
    summary = write(tmp_path / "shop", size=size)
    assert (summary.products, summary.shoppers) == (size.products, size.shoppers)


@pytest.mark.parametrize("size", [(0, 5, 5), (5, 0, 5), (5, 5, 0), (1_000_001, 5, 5)])
def test_impossible_sizes_are_refused(size: tuple[int, int, int]) -> None:
    with pytest.raises(DemoShopError, match="must be 1 to"):
        ShopSize(*size)


def failing_at(wanted: str) -> Callable[[str, int, int], None]:
    def fail(stage: str, done: int, total: int) -> None:
        if stage == wanted and done > total / 2:
            raise KeyboardInterrupt

    return fail


@pytest.mark.parametrize("stage", ["products", "shoppers", "visitors"])
def test_nothing_is_left_when_interrupted(stage: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_demo_shop(
            tmp_path / "shop", SIZE, seed=1, ends_at=ENDS_AT, progress=failing_at(stage)
        )
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_rewrite_keeps_the_earlier_shop(tmp_path: Path) -> None:
    write(tmp_path / "shop")
    before = file_bytes(tmp_path / "shop")
    with pytest.raises(KeyboardInterrupt):
        write_demo_shop(
            tmp_path / "shop", SIZE, seed=9, ends_at=ENDS_AT, progress=failing_at("shoppers")
        )
    assert file_bytes(tmp_path / "shop") == before
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_leftovers_of_a_killed_run_are_cleared(tmp_path: Path) -> None:
    leftover = tmp_path / ".shop.unfinished"
    leftover.mkdir()
    (leftover / "views.csv.gz").write_bytes(b"half")
    write(tmp_path / "shop")
    write(tmp_path / "shop", seed=8)
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]
    assert sorted(path.name for path in (tmp_path / "shop").iterdir()) == sorted(FILES)


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(DemoShopError, match=r"letters\.txt"):
        write(tmp_path)
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    def write_too(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("shoppers", total):
            with pytest.raises(DemoShopError, match="another process"):
                write(tmp_path / "shop")

    write_demo_shop(tmp_path / "shop", SIZE, seed=5, ends_at=ENDS_AT, progress=write_too)
    assert sorted(path.name for path in (tmp_path / "shop").iterdir()) == sorted(FILES)


def test_progress_reaches_the_total_of_each_stage(tmp_path: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    write_demo_shop(
        tmp_path / "shop",
        SIZE,
        seed=5,
        ends_at=ENDS_AT,
        progress=lambda stage, done, total: last.update({stage: (done, total)}),
    )
    assert last == {"products": (160, 160), "shoppers": (90, 90), "visitors": (30, 30)}
