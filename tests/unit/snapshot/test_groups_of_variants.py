"""Of a product's neighbours in the local snapshot, one of each group of variants is shown."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alsolike.models import ServingOptions
from alsolike.snapshot.fetch import write_file
from alsolike.snapshot.local_file import LocalPointer
from alsolike.snapshot.reader import LocalSnapshot

SERVING = ServingOptions(0.85, 20, 3, 2, 1, 1000, 30, 0, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Ten sizes of a tee are nearest to the belt, then a scarf and two mugs.
TEES = [f"tee {size}" for size in range(10)]
NEIGHBOURS = [*TEES, "scarf", "mug 1", "mug 2"]


def group_of(product_id: str) -> str | None:
    return product_id.split(" ", maxsplit=1)[0] if " " in product_id else None


def test_neighbours_are_read_until_there_are_enough_groups(tmp_path: Path) -> None:
    product_ids = sorted(["belt", *NEIGHBOURS])
    products = [
        product_ids,
        *[[value] * len(product_ids) for value in ("text", "", "Shelf", "brand", "1.00", "EUR")],
        *[[value] * len(product_ids) for value in (None, "{}", True, NOW, None, 0, None, False)],
        *[[None] * len(product_ids) for _ in range(2)],
        [group_of(product_id) for product_id in product_ids],
        *[[None] * len(product_ids) for _ in range(2)],
    ]
    count = len(NEIGHBOURS)
    neighbours = [
        ["belt"] * count,
        list(range(1, count + 1)),
        NEIGHBOURS,
        [1 / rank for rank in range(1, count + 1)],
        ["average"] * count,
    ]
    path = tmp_path / "one.sqlite"
    write_file(path, "one", SERVING, [("products", products), ("neighbours", neighbours)])
    pointer = LocalPointer(1, path.name, 0, "", "one", "average", NOW, NOW, is_demo_shop=False)
    with closing(LocalSnapshot(path, pointer)) as snapshot:
        found = snapshot.neighbours("belt", 2)
        assert [(product.product_id, score) for product, score in found] == [
            ("tee 0", 1.0),
            ("scarf", 1 / 11),
        ]
        found = snapshot.neighbours("belt", 5)
        assert [product.product_id for product, _ in found] == ["tee 0", "scarf", "mug 1"]
