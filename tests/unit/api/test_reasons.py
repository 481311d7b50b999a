"""Every kind of action is called by a reason, and every reason has words on the pages."""

import re
from typing import get_args, get_type_hints

import pytest

from alsolike.revision_steps import FUNCTIONS
from api.catalogue.cards import ProductCard
from api.pages.rendering import template_environment
from api.recommendations import snapshot
from api.recommendations.blocks import recommended_block
from api.recommendations.questions import DatedAction
from api.recommendations.schemas import Reason, RecommendedProduct

_REASON_KIND = (FUNCTIONS / "33_reason_kind.sql").read_text(encoding="utf-8")
REASONS = dict(re.findall(r"when '(\w+)' then '(\w+)'", _REASON_KIND))


def test_the_database_names_a_reason_for_every_kind_of_action() -> None:
    stored_actions = (FUNCTIONS / "29_stored_actions.sql").read_text(encoding="utf-8")
    recorded = set(re.findall(r"select '(\w+)'", stored_actions))
    # A request tells of no wish for more.
    assert recorded == {*get_args(get_type_hints(DatedAction)["kind"]), "more"} == set(REASONS)


def test_the_snapshot_calls_reasons_as_the_database_does() -> None:
    assert {**snapshot._REASONS, "more": "asked_for"} == REASONS


@pytest.mark.parametrize("kind", REASONS.values())
def test_every_kind_of_reason_has_words_on_the_pages(kind: str) -> None:
    cards = {one: card(one) for one in ("found", "acted on")}
    (item,) = recommended_block([row("found", kind)], cards).items
    assert item.reason is not None
    assert item.reason.kind == kind
    assert item.reason.product_title == "acted on"
    macros = template_environment().get_template("macros/products.html").module
    line = macros.reason_line(item.reason)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    words = re.sub("<.*?>", " ", str(line), flags=re.DOTALL).split()  # pyright: ignore[reportUnknownArgumentType]
    assert words[0] != "Popular"
    assert "acted" in words


@pytest.mark.parametrize("has_personal", [True, False])
def test_a_reason_that_only_repeats_the_title_is_left_out(has_personal: bool) -> None:
    kinds = ["viewed", "popular"] if has_personal else ["popular", "popular"]
    rows = [row(f"found {place}", kind) for place, kind in enumerate(kinds)]
    cards = {one: card(one) for one in ("found 0", "found 1", "acted on")}
    reasons = [item.reason for item in recommended_block(rows, cards).items]
    if has_personal:
        assert [reason and reason.kind for reason in reasons] == kinds
    else:
        assert reasons == [None, None]


def row(product_id: str, kind: str) -> RecommendedProduct:
    because = None if kind == "popular" else "acted on"
    return RecommendedProduct(
        product_id=product_id,
        title="Found",
        brand=None,
        category=None,
        price=None,
        sale_price=None,
        currency=None,
        image_url=None,
        url="/products/found",
        variants=0,
        reason=Reason(kind, None, because),
        rank=1,
        score=1,
        source="popular" if because is None else "personal",
        model="average",
    )


def card(product_id: str) -> ProductCard:
    return ProductCard(
        product_id=product_id,
        url=f"/products/{product_id}",
        title=product_id,
        brand=None,
        price_now=None,
        price_before=None,
        currency=None,
        image_url=None,
        is_in_stock=True,
        rating_average=None,
        review_count=0,
        variants=0,
    )
