"""The templates by themselves: safe markup, forms that are protected, pages that stay small."""

import json
import re
from dataclasses import dataclass, field
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel import Locale
from msgspec.structs import replace

from alsolike.purposes import PURPOSES
from api.accounts.account_pages import ShownSession
from api.accounts.store import Link
from api.languages.translate import ENGLISH, Language
from api.listing.choices import CATEGORY_SORTS, choices_of
from api.listing.controls import Controls, make_controls
from api.listing.store import Facet
from api.pages.rendering import template_environment
from api.paging.more import one_page_more
from api.product_page.service import RatingBar
from api.product_page.variants import VariantChoice, VariantLink
from api.reviews.form import form_of, read_form
from api.reviews.store import ReviewText
from api.visitors.session import Visitor

WEB = Path(__file__).resolve().parents[3] / "web"
TOKEN = "token-of-this-visit"
SOLD_OUT = "Sold out. Have a look at what is similar, below."
HOSTILE = '<script>alert(1)</script>" onload="alert(2)'
GALLERY = "/static/gallery.js"
SCRIPTS = ["/static/vendor/htmx/htmx.min.js", "/static/search.js", "/static/impressions.js"]
# Beyond the form that it stands in, which searches by itself.
SUGGESTIONS = "/search/suggestions"
VOID = {"br", "circle", "img", "input", "link", "meta", "path", "use"}

STRANGER = Visitor(undecided=PURPOSES)
AGREED = Visitor(session_id="s1", is_personalised=True)
SHOPPER = Visitor(shopper_id="S1", display_name="Shopper 1 · mugs", is_personalised=True)
WITH_BASKET = replace(SHOPPER, pieces=1, in_basket=["P000001"])


@dataclass
class Page(HTMLParser):
    """The elements of a page, in order: name and attributes; forms with the fields in them."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    forms: list[tuple[dict[str, str | None], dict[str, str | None]]] = field(default_factory=list)
    open_elements: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "form":
            self.forms.append((attributes, {}))
        if tag == "input" and "form" in self.open_elements:
            self.forms[-1][1][attributes["name"] or ""] = attributes.get("value")
        if tag not in VOID:
            self.open_elements.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open_elements.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]


def card(number: int, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **{
            "product_id": f"P{number:06}",
            "url": f"/products/P{number:06}",
            "title": f"Wexaquay Hollow Vintage Daypack, Saddle leather, Teal {number}",
            "brand": "Wexaquay",
            "price_text": "€143.90",
            "old_price_text": None,
            "image_url": f"/pictures/P{number:06}.svg",
            "is_in_stock": True,
            "rating_average": 4.26,
            "review_count": 1234,
            "variants": 0,
            **changes,
        }
    )


def block(*products: SimpleNamespace, is_personal: bool = True) -> SimpleNamespace:
    reason = SimpleNamespace(
        kind="viewed",
        text="Because you viewed",
        product_title="Plain mug",
        product_url="/products/mug",
        category=None,
    )
    popular = SimpleNamespace(
        kind="popular",
        text="Popular right now",
        product_title=None,
        product_url=None,
        category=None,
    )
    items = [
        SimpleNamespace(
            rank=rank,
            product=product,
            score=0.5,
            source="personal" if is_personal else "popular",
            reason=reason if is_personal else popular,
            why_url=f"{product.url}/why",
            tag=f"home.{rank}.live.trained-1",
            url=f"{product.url}?from=home.{rank}.live.trained-1",
        )
        for rank, product in enumerate(products, 1)
    ]
    return SimpleNamespace(
        title="You may also like",
        subtitle="Chosen by what you viewed",
        items=items,
        next_url="/?exclude=P000001&exclude=P000002",
    )


def category(path: str) -> SimpleNamespace:
    return SimpleNamespace(
        path=path, name=path.rsplit(" > ", maxsplit=1)[-1], url=f"/categories/{path}", count=1200
    )


NAV = [category("Kitchen"), category("Outdoors")]
DETAIL = card(
    1,
    description="Good for day hikes.",
    attributes=[("Colour", "teal")],
    breadcrumbs=[category("Outdoors"), category("Outdoors > Hiking")],
    pictures=["/pictures/P000001.svg", "/pictures/P000001.svg?view=2"],
    brand_url="/brands/Wexaquay",
)
REVIEW = SimpleNamespace(
    rating=4,
    title="Solid",
    body="Does what it says.",
    date_text="3 May 2026",
    author_label="Shopper",
    is_verified=True,
    is_own=False,
)
CARDS = [card(number) for number in range(24)]


def controls(*chosen: tuple[str, str], value: str = "red") -> Controls:
    """Make the filters of a list whose products have one brand and attribute of a value."""
    facets = [
        Facet(filter="all", value="listed", card_count=24),
        Facet(filter="brand", value=value, card_count=12),
        Facet(filter="brand", value="Plainly", card_count=12),
        Facet(filter="attribute", name=value, value=value, card_count=12),
        Facet(filter="attribute", name=value, value="blue", card_count=0),
        Facet(filter="price", value="EUR", card_count=20, lowest=5, highest=90),
        Facet(filter="price", value="USD", card_count=4, lowest=6, highest=80),
        Facet(filter="rating", value="4", card_count=9),
        Facet(filter="stock", value="yes", card_count=20),
    ]
    return make_controls(
        choices_of(chosen, CATEGORY_SORTS),
        facets,
        path="/categories/Kitchen",
        kept=[("q", value)],
        sorts=CATEGORY_SORTS,
    )


PRODUCT_PAGE = {
    "product": DETAIL,
    "variants": [
        VariantChoice(
            "Colour",
            [
                VariantLink("Teal", "/products/P000001", is_current=True, is_in_stock=True),
                VariantLink("Red", "/products/P000002", is_current=False, is_in_stock=False),
            ],
        )
    ],
    "complements": block(*CARDS[18:21]),
    "similar": block(*CARDS[:12]),
    "recommended": block(*CARDS[12:18]),
    "reviews": [REVIEW] * 5,
    "more_similar": one_page_more("/products/P000001?pages=2", is_part=False),
    "more_reviews": one_page_more("/products/P000001?reviews_after=x", is_part=False),
    "reviews_are_away": False,
    "rating_bars": [
        RatingBar(stars, 100 * stars, 20, f"/products/P000001?reviews_rating={stars}", stars == 4)
        for stars in (5, 4, 3, 2, 1)
    ],
    "review_form": form_of(ReviewText(4, "Solid", "Does what it says.")),
    "sign_in_to_review": "/sign-in?next=/products/P000001/review",
    "is_bought": False,
}
END = one_page_more(None, is_part=False)
ACCOUNT_FORM: dict[str, Any] = {
    "next": "/products/P000001",
    "typed": {"email": "anna@example.com", "name": "Anna"},
    "faults": {},
    "too_often": None,
}
MAILED_LINK = Link("reset", "S1", "anna@example.com", "Anna", None)
# What the page of a search says of words that products have.
NO_ADVICE: dict[str, Any] = {
    "query_fault": None,
    "past_searches": [],
    "closest": [],
    "found_by": "all",
    "left_out": [],
    "corrections": [],
    "meant": [],
    "suggestions": [],
}
PAGES: dict[str, dict[str, Any]] = {
    "brand": {
        "brand": "Wexaquay",
        "products": CARDS,
        "more": one_page_more("/brands/Wexaquay?pages=2", is_part=False),
        "count": 24,
        "controls": controls(),
    },
    "review": {"product": DETAIL, "form": read_form({"title": "Solid"})[1]},
    "home": {
        "block": block(*CARDS[:12]),
        "more": one_page_more("/?pages=2", is_part=False),
        "due": CARDS[12:14],
        "viewed": CARDS[14:20],
        "categories": NAV,
    },
    "product": PRODUCT_PAGE,
    "category": {
        "category": NAV[0],
        "breadcrumbs": [NAV[0]],
        "children": [category("Kitchen > Mugs")],
        "products": CARDS,
        "more": one_page_more("/categories/Kitchen?after=x", is_part=False),
        "count": 1200,
        "controls": controls(("brand", "Plainly"), ("price_from", "x"), ("sort", "price-up")),
    },
    "search": {
        "query": "mug",
        "products": CARDS,
        "more": END,
        **NO_ADVICE,
        "count": 1000,
        "cut_at": 1000,
        "controls": controls(),
    },
    "search without a match": {
        "query": "mgu",
        "products": [],
        "more": END,
        **NO_ADVICE,
        "past_searches": ["mug"],
        "closest": CARDS[:12],
        "found_by": None,
        "corrections": [SimpleNamespace(typed="mgu", word="mug")],
        "meant": ["mug"],
        "suggestions": ["mug"],
        "count": 0,
        "cut_at": None,
        "controls": None,
    },
    "search of the snapshot": {
        "query": "mug",
        "products": CARDS,
        "more": END,
        **NO_ADVICE,
        "count": None,
        "cut_at": None,
        "controls": None,
    },
    "sign_in": {
        **ACCOUNT_FORM,
        "shoppers": [SimpleNamespace(shopper_id="S1", display_name="Shopper 1", hint="mugs")],
    },
    "sign_in refused": {
        **ACCOUNT_FORM,
        "shoppers": None,
        "faults": {"password": "The e-mail address or the password is wrong."},
    },
    "sign_up": ACCOUNT_FORM,
    "sign_up refused": {**ACCOUNT_FORM, "faults": {"email": "Give it.", "password": "Give it."}},
    "reset too often": {**ACCOUNT_FORM, "too_often": "Too many attempts: wait 5 minutes."},
    "mail_sent": {"folder": "/home/shop/mail"},
    "confirm": {**ACCOUNT_FORM, "link": MAILED_LINK, "token": "t"},
    "choose_password": {**ACCOUNT_FORM, "link": MAILED_LINK, "token": "t"},
    "link_over": {},
    "account": {
        "called": "Anna",
        "email": "anna@example.com",
        "has_password": True,
        "sessions": [
            ShownSession(
                "0f",
                "Firefox on Linux",
                "27 November 2026, 10:05 UTC",
                "28 November 2026",
                is_this=True,
            )
        ],
        "faults": {"old_password": "This is not your password."},
        "too_often": None,
    },
    "sign_in_failed": {
        "message": "The shop does not answer.",
        "again": "/sign-in/shop?next=%2F",
        "is_again": False,
    },
    "signed_out": {"address": "https://login.example.com/end?client_id=alsolike"},
    "error": {"status": 404, "title": "Not Found", "detail": "There is no such page."},
    "error stale": {
        "status": 403,
        "title": "This form has expired",
        "detail": "Open the page again.",
        "again": "/products/P000001",
    },
}
VISITORS = {"stranger": STRANGER, "agreed": AGREED, "shopper": SHOPPER}


def render(name: str, visitor: Visitor = SHOPPER, **context: Any) -> str:
    environment = template_environment()
    # What is remembered must be hashable, and these cards are not.
    environment.globals["remembered"] = lambda macro, *arguments: macro(*arguments)
    common = {
        "visitor": visitor,
        "csrf_token": TOKEN,
        "flash": None,
        "nav": NAV,
        "has_pages": True,
        "can_choose": True,
        "has_provider": True,
        "shop_button": "",
        "language": ENGLISH,
    }
    return environment.get_template(name).render(**{**common, **context})


def page_file(name: str) -> str:
    """Return the file of a page, whose name may tell a state of it too."""
    return f"pages/{name.split(maxsplit=1)[0]}.html"


def parse(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open_elements == []
    return page


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("name", PAGES)
def test_page_needs_nothing_that_the_content_policy_forbids(name: str, visitor: str) -> None:
    page = parse(render(page_file(name), VISITORS[visitor], **PAGES[name]))

    assert [e for e in page.elements if "style" in e[1] or e[0] == "style"] == []
    assert [a for _, e in page.elements for a in e if a.startswith(("on", "hx-on"))] == []
    assert [s.get("src") for s in page.named("script")] in (SCRIPTS, [GALLERY, *SCRIPTS])
    links = [str(attributes["href"]) for attributes in page.named("link")]
    assert [link[:8] for link in links] == ["/static/"] * len(links) != []


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_changes_something_carries_the_token(name: str, visitor: str) -> None:
    page = parse(render(page_file(name), VISITORS[visitor], **PAGES[name]))

    posts = [fields for form, fields in page.forms if form.get("method") == "post"]
    assert posts
    assert all(fields["_csrf_token"] == TOKEN for fields in posts)
    # What HTMX does, the form or the link does by itself.
    for attributes in (a for _, a in page.elements):
        assert attributes.get("hx-post") == (attributes.get("hx-post") and attributes["action"])
        own = attributes.get("href") or attributes.get("action")
        assert attributes.get("hx-get") in {None, own, SUGGESTIONS}


@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_out(name: str) -> None:
    page = parse(render(page_file(name), STRANGER, **PAGES[name]))

    assert len(page.named("h1")) == 1
    assert len(page.named("main")) == 1
    assert page.named("html")[0]["lang"] == "en"
    for attributes in page.named("img"):
        assert {"alt", "width", "height"} <= attributes.keys()
    ids = [e["id"] for _, e in page.elements if "id" in e]
    assert len(set(ids)) == len(ids)
    labelled = {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a}
    assert labelled <= set(ids)


def test_product_page_stays_small() -> None:
    html = render("pages/product.html", **PRODUCT_PAGE)
    assert len(html.encode()) <= 60_000


def test_texts_of_the_catalogue_are_only_text() -> None:
    hostile = card(1, title=HOSTILE, brand=HOSTILE, price_text=HOSTILE)
    detail = SimpleNamespace(
        **{
            **vars(DETAIL),
            "title": HOSTILE,
            "description": HOSTILE,
            "attributes": [(HOSTILE, HOSTILE)],
        }
    )
    review = SimpleNamespace(**{**vars(REVIEW), "title": HOSTILE, "body": HOSTILE})
    context = {
        **PRODUCT_PAGE,
        "product": detail,
        "variants": [
            VariantChoice(
                HOSTILE, [VariantLink(HOSTILE, "/products/x", is_current=True, is_in_stock=False)]
            )
        ],
        "complements": block(hostile),
        "similar": block(hostile),
        "reviews": [review],
        "flash": HOSTILE,
    }
    page = parse(render("pages/product.html", **context))

    assert [s.get("src") for s in page.named("script")] == [GALLERY, *SCRIPTS]
    assert [e for e in page.elements if "onload" in e[1]] == []
    assert HOSTILE in page.text
    searched = parse(
        render(
            "pages/search.html",
            **{
                **PAGES["search without a match"],
                "query": HOSTILE,
                "corrections": [SimpleNamespace(typed=HOSTILE, word=HOSTILE)],
                "meant": [HOSTILE],
                "suggestions": [HOSTILE],
            },
        )
    )
    assert [i["value"] for i in searched.named("input") if i["name"] == "q"] == [HOSTILE]
    chosen = [("brand", HOSTILE), (f"attribute.{HOSTILE}", HOSTILE), ("price_to", HOSTILE)]
    filtered = parse(
        render(
            "pages/category.html",
            **{**PAGES["category"], "controls": controls(*chosen, value=HOSTILE)},
        )
    )
    assert [s.get("src") for s in filtered.named("script")] == SCRIPTS
    assert [e for e in filtered.elements if "onload" in e[1]] == []
    fields = {i["name"]: i["value"] for i in filtered.named("input") if i.get("value") == HOSTILE}
    assert set(fields) == {"q", "brand", f"attribute.{HOSTILE}", "price_to"}


def test_filters_can_be_read_out() -> None:
    page = parse(render("pages/category.html", **PAGES["category"]))
    inputs = [i for i in page.named("input") if i.get("type") in {"checkbox", "radio", None}]
    labels = {label["for"] for label in page.named("label")}
    assert {i["id"] for i in inputs} <= labels
    assert [s["id"] for s in page.named("select")] == ["filter-currency", "sort"]
    assert {s["id"] for s in page.named("select")} <= labels
    ids = {e["id"] for _, e in page.elements if "id" in e}
    faulty = [e for _, e in page.elements if e.get("aria-invalid") == "true"]
    assert [e["name"] for e in faulty] == ["price_from"]
    assert {e["aria-describedby"] for e in faulty} <= ids
    assert "1,200 products" in " ".join(page.text.split())


def test_card_says_why_it_is_recommended() -> None:
    personal = parse(render("partials/recommendation_items.html", block=block(card(1)), more=END))
    assert {"href": "/products/mug", "dir": "auto"} in personal.named("a")
    assert "Because you viewed Plain mug" in " ".join(personal.text.split())

    popular = block(card(1), is_personal=False)
    assert (
        "Popular right now"
        in parse(render("partials/recommendation_items.html", block=popular, more=END)).text
    )


def test_a_sale_shows_the_old_price_struck_through_and_says_so() -> None:
    reduced = card(1, price_text="€49.90", old_price_text="€59.90")
    page = parse(render("partials/product_items.html", products=[reduced], more=END))

    assert "Sale price €49.90 instead of €59.90" in " ".join(page.text.split())
    assert [tag.get("class") for tag in page.named("del")] == ["price price--old"]
    assert [tag.get("class") for tag in page.named("ins")] == ["price price--sale"]


def test_card_without_picture_price_or_reviews_is_still_a_card() -> None:
    bare = card(
        1,
        image_url=None,
        price_text=None,
        brand=None,
        rating_average=None,
        review_count=0,
        variants=1,
        variants_text="2 variants",
        is_in_stock=False,
    )
    page = parse(render("partials/product_items.html", products=[bare], more=END))

    assert page.named("img") == []
    assert [a for a in page.named("svg") if "picture" in str(a.get("class"))]
    assert "Sold out" in page.text
    assert " ".join(page.text.split()).endswith("2 variants")
    assert "None" not in page.text
    assert [a for _, a in page.elements if "data-halves" in a] == []


def test_everybody_may_hide() -> None:
    for visitor in VISITORS.values():
        html = render("partials/recommendation_items.html", visitor, block=block(card(1)), more=END)
        assert "/products/P000001/hide" in html


@pytest.mark.parametrize(
    ("visitor", "is_in_stock", "is_bought", "said"),
    [
        (SHOPPER, True, False, "Add to basket"),
        (SHOPPER, True, True, "In your purchases Add to basket"),
        (SHOPPER, False, False, SOLD_OUT),
        (STRANGER, True, False, "Add to basket"),
        (WITH_BASKET, True, True, "In your purchases In your basket Add another"),
        (WITH_BASKET, False, False, f"In your basket {SOLD_OUT}"),
    ],
)
def test_buying_part_says_what_can_be_done(
    visitor: Visitor,
    is_in_stock: bool,
    is_bought: bool,
    said: str,
) -> None:
    product = card(1, is_in_stock=is_in_stock)
    page = parse(render("partials/buy.html", visitor, product=product, is_bought=is_bought))
    assert " ".join(page.text.split()) == said


def test_message_is_on_the_page_once_and_goes_to_the_status_line_from_a_fragment() -> None:
    context = {**PRODUCT_PAGE, "flash": "Bought: Plain mug."}
    whole = parse(render("pages/product.html", **context))
    assert whole.text.count("Bought: Plain mug.") == 1
    assert [a["id"] for _, a in whole.elements if a.get("role") == "status"] == [
        "flash",
        "list-status",
    ]

    part = parse(render("partials/buy.html", **context))
    assert {"id": "flash", "hx-swap-oob": "innerHTML"} in part.named("div")


@pytest.mark.parametrize("name", PAGES)
def test_only_in_the_demo_a_shopper_is_chosen(name: str) -> None:
    for visitor in (STRANGER, AGREED):
        context = PAGES[name] | ({"shoppers": None} if name == "sign_in" else {})
        page = parse(render(page_file(name), visitor, **context, can_choose=False))
        assert "Choose a shopper" not in page.text
        assert "Sign in" in page.text


def test_where_there_are_no_pages_nothing_leads_to_one() -> None:
    page = parse(render("pages/error.html", STRANGER, **PAGES["error"], has_pages=False))
    assert "There is no such page." in page.text
    assert [a["href"] for a in page.named("a")] == ["#content"]
    assert page.forms == []


def test_a_page_in_arabic_is_laid_out_from_right_to_left() -> None:
    arabic = Language("ar", Locale.parse("ar"), NullTranslations())
    html = render("pages/home.html", **PAGES["home"], language=arabic)
    assert '<html lang="ar" dir="rtl">' in html


def test_error_page_needs_nothing_but_the_error() -> None:
    error = template_environment("/shop").get_template("pages/error.html")
    html = error.render({**PAGES["error"], "language": ENGLISH})
    assert "There is no such page." in html


# What an element asks, each with what it must also say itself: nothing is inherited.
ASKS = ("hx-get", "hx-post")
OWN = ("hx-target", "hx-swap")


@pytest.mark.parametrize(
    "path", sorted((WEB / "templates").rglob("*.html")), ids=lambda path: path.stem
)
def test_each_element_says_all_that_htmx_needs_of_it(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\bhx-(delete|put|patch|on|vals|boost|inherit|disinherit)\b", source)
    tags = [
        tag for tag in re.findall(r"<[a-z](?:{{.*?}}|[^<>])*>", source, re.DOTALL) if " hx-" in tag
    ]
    for tag in tags:
        asked = [name for name in ASKS if f"{name}=" in tag]
        is_moved = "hx-swap-oob=" in tag
        assert len(asked) == (0 if is_moved else 1), tag
        if asked:
            assert all(f"{name}=" in tag for name in OWN), tag


def test_htmx_inherits_nothing_and_keeps_no_pages() -> None:
    base = (WEB / "templates" / "base.html").read_text(encoding="utf-8")
    found = re.search(r"name=\"htmx-config\"\s+content='([^']+)'", base)
    assert found is not None
    config = json.loads(found[1])
    assert config["disableInheritance"] is True
    assert config["historyCacheSize"] == 0
    assert config["allowEval"] is False
    package = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[~^]?2\.0\.\d+", package["dependencies"]["htmx.org"])


# An attribute on a line of its own that depends on something.
_CONDITIONAL = r"\{% if [^\n]*%\}[a-z-]+(?:=\"|\{%|[ \n])"


def test_attributes_that_depend_on_something_do_not_run_together() -> None:
    """Blanks before a block are taken out, and the end of the line after one; `{%+` keeps them."""
    for path in sorted((WEB / "templates").rglob("*.html")):
        found = re.search(rf"%\}}\n +{_CONDITIONAL}", path.read_text())
        assert found is None, f"{path.name}: {found.group()}"
