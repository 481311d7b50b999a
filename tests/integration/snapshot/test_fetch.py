"""Keeping the latest snapshot on the local disk: whole or not at all, and read without S3."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from alsolike.database import connect
from alsolike.errors import SnapshotError
from alsolike.models import ServingOptions
from alsolike.progress import ignore_progress
from alsolike.settings import Settings, load_settings
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.latest import Latest
from alsolike.snapshot.local_file import LocalPointer, check_file, read_pointer, snapshot_folder
from alsolike.snapshot.manifest import Manifest, encode_file, sha256_of
from alsolike.snapshot.reader import LocalSnapshot
from alsolike.snapshot.store import SnapshotStore
from tests.integration.snapshot.conftest import CATEGORIES
from tests.shop.database import run
from tests.shop.marts import make_mart

Export = Callable[..., Manifest]

# What a model has that says nothing else.
SERVING = ServingOptions(
    decay=0.85,
    actions=20,
    purchase_weight=3,
    review_weight=2,
    view_weight=1,
    neighbour_rows=750,
    pool=30,
    diversity=0,
    category_share=1,
    brand_share=1,
    visit=0.47,
)


@pytest.fixture
def here(tmp_path: Path, export: Export, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings with a home of the test's own."""
    assert export
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
    return load_settings()


def fetch(settings: Settings) -> tuple[LocalPointer, bool]:
    return fetch_snapshot(settings, report=ignore_progress)


def open_local(settings: Settings) -> LocalSnapshot:
    folder = snapshot_folder(settings.home)
    pointer = read_pointer(folder)
    assert pointer is not None
    return LocalSnapshot(check_file(folder, pointer), pointer)


def files(settings: Settings) -> set[str]:
    return {path.name for path in snapshot_folder(settings.home).iterdir()}


def test_what_was_exported_is_read_from_the_disk(here: Settings, export: Export) -> None:
    with connect() as connection:
        connection.execute(
            "update raw.products set title = 'Pot, 12 cm', brand = 'Ötzi', price = 12.50,"
            " currency = 'EUR', description = 'For basil.', image_url = '/b.svg',"
            ' attributes = \'{"colour": "red", "holes": 3}\','
            " created_at = '2024-01-02 03:04:05+02' where product_id = 'b'"
        )
        connection.execute("insert into raw.shoppers (shopper_id) values ('secret shopper')")
        connection.execute(
            "insert into raw.reviews (review_id, shopper_id, product_id, rating, reviewed_at, body)"
            " values ('1', 'secret shopper', 'b', 4, now(), 'secret words'),"
            " ('2', 'secret shopper', 'b', 5, now(), null)"
        )
    manifest = export()
    pointer, is_new = fetch(here)
    assert is_new
    assert (pointer.snapshot_id, pointer.model) == (manifest.snapshot_id, "average")
    assert pointer.created_at == manifest.created_at
    local = open_local(here)
    found = local.product("b")
    assert found is not None
    assert (found.title, found.brand, found.price) == ("Pot, 12 cm", "Ötzi", Decimal("12.50"))
    assert (found.category, found.currency, found.image_url) == ("Garden > Pots", "EUR", "/b.svg")
    assert found.attributes == {"colour": "red", "holes": 3}
    assert found.created_at == datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert (found.rating_average, found.review_count) == (4.5, 2)
    near = local.neighbours("b", 10)
    assert [(product.product_id, score) for product, score in near] == [
        ("Ä", pytest.approx(0.8)),
        ("a", pytest.approx(0.7)),
        ("d", pytest.approx(0.5)),
        ("e", pytest.approx(0.4)),
        ("z", pytest.approx(0.3)),
    ]
    content = (snapshot_folder(here.home) / pointer.file).read_bytes()
    assert b"secret" not in content


def test_what_is_popular_stands_in_the_order_of_the_database(
    here: Settings, export: Export
) -> None:
    # The actions fall in another order than the ranks.
    make_mart(
        "product_popularity",
        (
            {
                "product_id": product_id,
                "popularity_recent": place,
                "views_recent": place,
                "rank_recent": 20 - place,
            }
            for place, product_id in enumerate(sorted(CATEGORIES), 1)
        ),
    )
    wanted = run("select product_id from recs.popular_products(20)")
    export()
    fetch(here)
    found = open_local(here).popular(20)
    assert len(found) > 3
    assert [product.product_id for product in found] == [row[0] for row in wanted]


def test_filters_and_pages_of_the_local_file(here: Settings, export: Export) -> None:
    with connect() as connection:
        connection.execute(
            "update raw.products set price = 10, brand = 'B', attributes = '{\"n\": 1}',"
            " title = 'Copper kettle' where product_id in ('a', 'd', 'e')"
        )
        connection.execute("update raw.products set price = 20 where product_id = 'd'")
    export()
    fetch(here)
    local = open_local(here)

    def near(exclude: Sequence[str] = (), **fields: Any) -> list[str]:
        found = local.neighbours("b", 10, json.dumps(fields), exclude)
        return [product.product_id for product, _ in found]

    assert near(brands=["B"]) == ["a", "d", "e"]
    assert near(price_max=10) == ["a", "e"]
    assert near(price_min=10.01, brands=["B"]) == ["d"]
    assert near(["a"], attributes={"n": 1}) == ["d", "e"]
    assert near(attributes={"n": 2}) == []
    assert near(category="Garden") == ["Ä", "a"], "Gardening is another category"
    assert [p.product_id for p, _ in local.neighbours("b", 9, None, "d", ["z", "d"])] == ["z"]
    assert local.neighbours("b", 9, candidates=[]) == []
    assert len(local.popular(100)) == 6, "what is out of stock is not given"
    assert len(local.popular(100, '{"with_sold_out": true}')) == 7
    first = local.popular(4)
    assert [*first, *local.popular(4, exclude=[p.product_id for p in first])] == local.popular(100)

    first = local.list_products(None, None, 5)
    second = local.list_products(None, first[-1].product_id, 5)
    assert [p.product_id for p in first + second] == ["a", "b", "c", "d", "e", "z", "Ä"]
    newest = local.category_products("Garden", None, 2)
    end = (newest[-1].created_at, newest[-1].product_id)
    older = local.category_products("Garden", end, 10)
    assert sorted(p.product_id for p in newest + older) == ["a", "b", "c", "Ä"]
    assert [p.product_id for p, _ in local.search("kettles", None, None, 9)] == ["a", "d", "e"]
    assert local.search("kettles copper", "Garden", None, 9)[0][0].product_id == "a"
    for odd in ('"', "AND (", "*", "title:a -b", " "):
        assert local.search(odd, None, None, 9) == []
    assert sorted(local.category_counts(), key=lambda one: one[0]) == [
        (["Garden"], 2, None),
        (["Garden > Pots"], 2, None),
        (["Gardening"], 1, None),
        (["Kitchen"], 1, None),
    ]


def test_words_are_found_without_their_accents(here: Settings, export: Export) -> None:
    with connect() as connection:
        connection.execute(
            "update raw.products set title = 'Manutenção, Straße', brand = 'Ёж' "
            "where product_id = 'b'"
        )
    export()
    fetch(here)
    local = open_local(here)
    for words in ("manutencao", "MANUTENC\u0327A\u0303O", "strasse еж", "Straße Ёж"):
        assert [p.product_id for p, _ in local.search(words, None, None, 9)] == ["b"], words
    assert local.search("manutencao kettles", None, None, 9) == []


def test_the_same_snapshot_is_not_fetched_twice_and_a_newer_one_replaces_it(
    here: Settings, export: Export
) -> None:
    export()
    first, _ = fetch(here)
    assert fetch(here) == (first, False)
    kept_open = open_local(here)
    export()
    second, is_new = fetch(here)
    assert is_new
    assert files(here) == {"current.json", second.file}
    assert kept_open.product("b") is not None, "whoever reads the old file goes on"


@pytest.mark.parametrize("folder", ["", "-products"])
def test_a_damaged_object_leaves_the_file_that_was_there(
    here: Settings, export: Export, store: SnapshotStore, folder: str
) -> None:
    export()
    good, _ = fetch(here)
    newer = export()
    name = f"{newer.snapshot_id}{folder}/part-0000.parquet"
    content = bytearray(store.get(name))
    content[len(content) // 2] ^= 1
    store.put(name, bytes(content))
    with pytest.raises(SnapshotError, match=f"{name}: sha256"):
        fetch(here)
    assert files(here) == {"current.json", good.file}
    assert open_local(here).pointer == good


def test_a_damaged_file_is_told_and_fetched_again(here: Settings, export: Export) -> None:
    export()
    pointer, _ = fetch(here)
    path = snapshot_folder(here.home) / pointer.file
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match="has sha256 .* run `alsolike fetch` again"):
        open_local(here)
    path.write_bytes(content[:-100])
    with pytest.raises(SnapshotError, match="bytes, current.json says"):
        open_local(here)
    again, is_new = fetch(here)
    assert is_new
    assert again.snapshot_id == pointer.snapshot_id
    assert open_local(here).product("b") is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read"),
        (b'{"format_version": 1', "cannot be read"),
        (None, "has format version 1000"),
    ],
)
def test_a_pointer_that_is_none_is_told(
    here: Settings, export: Export, content: bytes | None, said: str
) -> None:
    export()
    fetch(here)
    path = snapshot_folder(here.home) / "current.json"
    if content is None:
        content = json.dumps(json.loads(path.read_text()) | {"format_version": 1000}).encode()
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=said):
        read_pointer(path.parent)


def test_another_file_than_the_pointers_is_refused(here: Settings, tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table snapshot (snapshot_id text, serving text)")
        serving = msgspec.json.encode(SERVING).decode()
        connection.execute("insert into snapshot values ('other', ?)", (serving,))
    connection.close()
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    pointer = LocalPointer(1, path.name, 1, "", "wanted", "m", moment, moment)
    with pytest.raises(SnapshotError, match="is not the snapshot wanted"):
        LocalSnapshot(path, pointer)


@pytest.mark.parametrize("missing", [{"product_files": ()}, {"serving": None}])
def test_a_snapshot_of_an_earlier_release_is_refused(
    here: Settings, export: Export, store: SnapshotStore, missing: dict[str, Any]
) -> None:
    manifest = export()
    old = msgspec.structs.replace(manifest, **missing)
    store.put(f"{old.snapshot_id}/manifest.json", encode_file(old))
    store.put("latest", encode_file(Latest(old.snapshot_id, sha256_of(encode_file(old)))))
    with pytest.raises(SnapshotError, match="An earlier release exported.*`alsolike export` again"):
        fetch(here)
    assert not snapshot_folder(here.home).exists()


def test_without_a_snapshot_the_command_says_what_to_do(here: Settings) -> None:
    with pytest.raises(SnapshotError, match="run `alsolike export` first"):
        fetch(here)


def test_a_part_of_the_catalogue_holds_no_products(export: Export) -> None:
    assert export(category="Garden").product_files == ()


def test_the_options_of_the_model_come_along(here: Settings, export: Export) -> None:
    export()
    fetch(here)
    assert open_local(here).serving == SERVING
    with connect() as connection:
        connection.execute(
            """update recs.models set serving =
            '{"actions": 5, "decay": 0.5, "kind_weights": {"purchase": 7, "view": 0}}'"""
        )
    export()
    fetch(here)
    changed = open_local(here).serving
    assert (changed.actions, changed.decay) == (5, 0.5)
    assert changed.kind_weights == {"purchase": 7, "review": 2, "view": 0}


def test_a_file_of_an_earlier_format_is_fetched_anew(here: Settings, export: Export) -> None:
    export()
    fetch(here)
    path = snapshot_folder(here.home) / "current.json"
    earlier = json.loads(path.read_text()) | {"format_version": 2}
    path.write_text(json.dumps(earlier))
    with pytest.raises(SnapshotError, match="has format version 2.*run `alsolike fetch` again"):
        open_local(here)
    _, is_new = fetch(here)
    assert is_new
    assert open_local(here).product("b") is not None
