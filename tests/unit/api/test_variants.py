"""The choices between a product's variants."""

from typing import Any

from api.product_page.store import VariantRow
from api.product_page.variants import VariantChoice, variant_choices


def rows(*attributes: dict[str, Any]) -> list[VariantRow]:
    return [
        VariantRow(product_id=f"p{n}", title=f"Title {n}", attributes=one, is_in_stock=n != 1)
        for n, one in enumerate(attributes)
    ]


def texts(choices: list[VariantChoice]) -> dict[str, list[str]]:
    return {one.name: [link.text for link in one.links] for one in choices}


def test_a_product_alone_has_no_choice() -> None:
    assert variant_choices("p0", rows({"colour": "red"})) == []
    assert variant_choices("p9", rows({"colour": "red"}, {"colour": "blue"})) == []


def test_only_what_differs_and_all_have_is_chosen_by() -> None:
    found = variant_choices(
        "p0",
        rows(
            {"colour": "red", "material": "oak", "note": "x", "is_matt": True},
            {"colour": "blue", "material": "oak", "note": "", "is_matt": 1},
        ),
    )
    assert texts(found) == {"Colour": ["red", "blue"], "Is matt": ["yes", "1"]}
    assert [link.is_current for link in found[0].links] == [True, False]
    assert [link.is_in_stock for link in found[0].links] == [True, False]


def test_a_value_leads_to_the_variant_most_like_the_product_in_stock_before_sold_out() -> None:
    found = variant_choices(
        "p0",
        rows(
            {"colour": "red", "size": "M"},
            {"colour": "blue", "size": "S"},
            {"colour": "blue", "size": "L"},
            {"colour": "red", "size": "L"},
        ),
    )
    # No blue one is of the same size, and p1 is sold out.
    assert [link.url for link in found[0].links] == ["/products/p0", "/products/p2"]
    assert [link.url for link in found[1].links] == ["/products/p0", "/products/p1", "/products/p3"]


def test_variants_that_their_attributes_do_not_tell_apart_are_chosen_by_title() -> None:
    alike = rows({"colour": "red"}, {"colour": "blue"}, {"colour": "blue"})
    assert texts(variant_choices("p0", alike)) == {"Variants": ["Title 0", "Title 1", "Title 2"]}
    many = rows(*(dict.fromkeys("abcd", n) for n in range(2)))
    assert texts(variant_choices("p0", many)) == {"Variants": ["Title 0", "Title 1"]}
    assert texts(variant_choices("p0", rows({}, {}))) == {"Variants": ["Title 0", "Title 1"]}
