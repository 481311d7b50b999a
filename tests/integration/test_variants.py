"""Variants told by titles: what differs in colour, size or material alone is one product.

The rule is asked through SQL, as a transform asks it; groups are read as lists read them.
"""

from collections.abc import Iterable

import pytest
from psycopg.types.json import Jsonb

from alsolike.database import connect
from alsolike.variants import group_by_title
from tests.shop.database import add_rows, run

NOTHING: dict[str, object] = {}


def key(
    title: str,
    attributes: dict[str, object] | None = None,
    brand: str | None = "Ovra",
    category: str | None = "Shelf",
) -> str | None:
    return run(
        "select raw.title_key(%s, %s, %s, %s)",
        [title, brand, category, Jsonb(attributes or NOTHING)],
    )[0][0]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "titles",
    [
        ("Wool Scarf, navy", "Wool Scarf, black", "wool scarf (dark red)", "Wool Scarf"),
        ("Tee black M", "Tee white L", "Tee, M", "Tee - XXL"),
        ("Oak Shelf 80 x 30 cm", "Oak Shelf 120×30 cm", "Oak Shelf, 1.2 m"),
        ("Boots, size 42", "Boots, size 43.5", "Boots EU 44"),
        ("Soap 100 g (3-pack)", "Soap 100 g", "Soap, pack of 6"),
        ("Phone 13 128 GB black", "Phone 13, 256GB, red"),
        ("Hose aus Leder, schwarz", "Hose in Blau", "Hose grün / L"),
        ("Robe en soie rouge", "Robe bleue"),
        ("Vase - red and white", "Vase - black & white", "Vase ceramic"),
    ],
)
def test_colour_size_and_material_behind_the_name_make_no_difference(titles: tuple[str]) -> None:
    keys = {key(title) for title in titles}
    assert len(keys) == 1
    assert None not in keys


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "titles",
    [
        ("iPhone 13", "iPhone 14"),
        ("Model S", "Model L"),
        ("Tee M", "Tee L"),
        ("Boots 42", "Boots 43"),
        ("Green Tea", "Black Tea"),
        ("Red Wine Glass", "White Wine Glass"),
        ("Sun Cream SPF 30 200 ml", "Sun Cream SPF 50 200 ml"),
        ("Drill 18V", "Drill 12V"),
        ("Bulb 60 W", "Bulb 40 W"),
        ("Sofa 3-seater grey", "Sofa 2-seater grey"),
        ("Tea orange", "Tea rose"),
        ("Binoculars 10x42", "Binoculars 8x42"),
    ],
)
def test_another_model_is_another_product(titles: tuple[str, str]) -> None:
    assert key(titles[0]) != key(titles[1])


@pytest.mark.usefixtures("database")
def test_attributes_say_what_is_a_size_or_colour_in_any_place_and_language() -> None:
    def same(name: str, *titles_and_values: tuple[str, object]) -> bool:
        return len({key(title, {name: value}) for title, value in titles_and_values}) == 1

    assert same("colour", ("Black Mug", "black"), ("Lime Mug", "Lime"))
    assert same("shoe size", ("Boots 42 wide", 42), ("Boots 43 wide", "43"))
    assert same("väri", ("Punainen paita", "punainen"), ("Sininen paita", "sininen"))
    assert same("Größe", ("Shirt Gr. XL 5", "5"), ("Shirt Gr. XL 6", "6"))
    assert same("colors", ("Lime/plum Mug", ["lime", "plum"]), ("Plum/lime Mug", "lime/plum"))
    # Of other attributes, and of a value that is a part of a word, the title keeps its own.
    assert not same("model", ("Phone Pro", "Pro"), ("Phone Max", "Max"))
    assert not same("colour", ("Redwood Mug", "red"), ("Bluewood Mug", "blue"))
    assert not same("size", ("Drill 4.5", "4"), ("Drill 4.7", "4"))
    assert key("Mug (a+b)* [c]", {"size": "(a+b)* [c]"})


@pytest.mark.usefixtures("database")
def test_brand_and_category_have_to_be_the_same() -> None:
    assert key("Mug, red") == key("Mug, blue", brand="OVRA")
    assert key("Mug, red") != key("Mug, blue", brand="Tamsk")
    assert key("Mug, red") != key("Mug, blue", category="Sale")
    assert key("Mug, red", category=None) == key("Mug", category=None)
    # Without a brand, or a name, nothing is told of it.
    assert key("Mug, red", brand=None) is None
    assert key("Mug, red", brand=" ") is None
    assert key("red", {"colour": "red"}) is None
    assert key("Ovra, red") is None
    assert key("Ovra 12, red") is None


def put(rows: Iterable[tuple[str, str]], **columns: object) -> None:
    add_rows(
        "raw.products",
        ({"product_id": one, "title": title, "brand": "Ovra", **columns} for one, title in rows),
    )


def groups() -> dict[str, list[str]]:
    """Return the ids of each group that lists go by."""
    rows = run(
        "select variant_group_id, array_agg(product_id order by product_id) from raw.products "
        "where variant_group_id is not null group by variant_group_id"
    )
    return dict(rows)


def members() -> list[list[str]]:
    return sorted(groups().values())


@pytest.mark.usefixtures("database")
def test_groups_follow_what_changes_and_can_be_switched_off() -> None:
    put([("m1", "Mug, red"), ("m2", "Mug, blue"), ("p1", "Pan 20 cm"), ("x", "Pot, red")])
    put([("g1", "Lid, red"), ("g2", "Lid, blue")], item_group_id="lids")
    put([("g3", "Lid, black")])
    assert groups() == {"lids": ["g1", "g2"]}
    assert group_by_title(is_on=True) == 2
    assert members() == [["g1", "g2"], ["m1", "m2"]]
    assert group_by_title(is_on=True) == 0

    # A newcomer joins, a changed title leaves, and a group that the shop names comes first.
    put([("p2", "Pan 24 cm"), ("m3", "Mug, black")])
    run("update raw.products set title = 'Jug, blue', loaded_at = now() where product_id = 'm2'")
    assert group_by_title(is_on=True) == 4
    assert members() == [["g1", "g2"], ["m1", "m3"], ["p1", "p2"]]
    run("update raw.products set item_group_id = 'pans' where product_id = 'p1'")
    group_by_title(is_on=True)
    assert members() == [["g1", "g2"], ["m1", "m3"], ["p1"]]
    run("update raw.products set removed_at = now(), is_hidden = true where product_id = 'm3'")
    group_by_title(is_on=True)
    assert members() == [["g1", "g2"], ["p1"]]

    run("update raw.products set removed_at = null where product_id = 'm3'")
    group_by_title(is_on=True)
    assert ["m1", "m3"] in members()
    assert group_by_title(is_on=False) == 2
    assert members() == [["g1", "g2"], ["p1"]]
    assert group_by_title(is_on=False) == 0


@pytest.mark.usefixtures("database")
def test_a_shop_without_variants_has_no_groups() -> None:
    put([("m1", "Mug, red"), ("p1", "Pan 20 cm")])
    put([("t1", "Tee, red"), ("t2", "Tee, blue")], category="Shelf")
    run("update raw.products set brand = null where product_id = 't2'")
    group_by_title(is_on=True)
    assert run("select recs.has_groups()") == [(False,)]
    run("update raw.products set brand = 'Ovra', loaded_at = now() where product_id = 't2'")
    group_by_title(is_on=True)
    assert run("select recs.has_groups(), cardinality(recs.with_variants('{t1}'))") == [(True, 2)]


@pytest.mark.usefixtures("database")
def test_a_product_that_another_session_changes_is_not_waited_for() -> None:
    put([("m1", "Mug, red"), ("m2", "Mug, blue")])
    with connect() as other:
        other.execute("update raw.products set price = 1 where product_id = 'm1'")
        assert group_by_title(is_on=True) == 1
        other.rollback()
    assert group_by_title(is_on=True) == 1
    assert members() == [["m1", "m2"]]


@pytest.mark.usefixtures("database")
def test_a_title_that_names_a_kind_makes_no_group() -> None:
    # A grocer's list: the maker tells nothing of colour, size or material.
    put([(f"s{number}", "Shampoo") for number in range(6)], attributes=Jsonb({"maker": "1407"}))
    # An export with one title for all, and the difference in the attributes.
    for number, colour in enumerate(("red", "blue", "green")):
        put([(f"c{number}", "Cup")], attributes=Jsonb({"Colour": colour}))
    put([("m1", "Mug, red"), ("m2", "Mug, blue"), ("m3", "Mug, blue")])
    group_by_title(is_on=True)
    assert members() == [["c0", "c1", "c2"], ["m1", "m2", "m3"]]
