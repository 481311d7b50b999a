"""Reviews on the page of a product: how they rate it, and writing one's own."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.shop.database import run
from tests.web.test_pages import send, sign_in, token

Client = TestClient[Litestar]
PAGE = "/products/pan-02"
FORM = f"{PAGE}/review"


def written() -> list[tuple[Any, ...]]:
    return run(
        "select shopper_id, rating, title, body from raw.reviews where product_id = 'pan-02'"
        " order by reviewed_at"
    )


def reviews_of(page: str) -> str:
    found = re.search(r'<section class="section" id="reviews".*?</section>', page, re.DOTALL)
    assert found is not None
    return found.group(0)


def histogram(page: str) -> list[tuple[str, str, str]]:
    """Return the rows of the histogram: stars, share and number, as they are read out."""
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    texts = [re.sub(r"<[^>]+>|\s+|&nbsp;", " ", row).split() for row in rows]
    return [(row[0], row[2], row[4]) for row in texts]


def rate(ratings: Sequence[int], product_id: str = "pan-02") -> None:
    for number, rating in enumerate(ratings):
        run(
            "insert into raw.reviews"
            " (review_id, shopper_id, product_id, rating, reviewed_at, body)"
            " values (%s, 'silent', %s, %s, timestamptz '2026-01-01' + %s * interval '1 day', %s)",
            (f"{product_id}-{number}", product_id, rating, number, f"Says {rating}."),
        )


def test_the_histogram_counts_each_rating(client: Client) -> None:
    rate([5, 5, 5, 4, 1])
    page = reviews_of(client.get(PAGE).text)
    assert histogram(page) == [
        ("5", "60", "3"),
        ("4", "20", "1"),
        ("3", "0", "0"),
        ("2", "0", "0"),
        ("1", "20", "1"),
    ]
    # What leads nowhere is no link.
    assert re.findall(r"reviews_rating=(\d)", page) == ["5", "4", "1"]


def test_a_rating_leaves_its_reviews_and_their_next_pages(client: Client) -> None:
    rate([5] * 7 + [2])
    page = reviews_of(client.get(f"{PAGE}?reviews_rating=5").text)
    assert page.count("Says 5.") == 5
    assert "Says 2." not in page
    assert "Only reviews with 5 stars." in page
    assert 'aria-current="true"' in page
    for name, count in (("hx-get", 2), ("href", 7)):
        following = re.search(rf'<li class="more">.*?\b{name}="([^"]+)"', page, re.DOTALL)
        assert following is not None
        headers = {"hx-request": "true"} if name == "hx-get" else {}
        further = client.get(unescape(following.group(1)), headers=headers).text
        assert further.count("Says 5.") == count
        assert "Says 2." not in further


@pytest.mark.parametrize("rating", ["0", "6", "five", "5.0"])
def test_no_other_ratings_are_filtered_by(reader: Client, rating: str) -> None:
    assert reader.get(f"/products/knife-01?reviews_rating={rating}").status_code == 400


def test_a_product_without_reviews_has_no_histogram(reader: Client) -> None:
    page = reviews_of(reader.get("/products/pan-05").text)
    assert "Nobody has reviewed this yet." in page
    assert "histogram" not in page


def test_a_stranger_signs_in_first_and_comes_back(client: Client) -> None:
    page = reviews_of(client.get(PAGE).text)
    assert "<form" not in page
    assert "/sign-in?next=%2Fproducts%2Fpan-02%2Freview" in page
    response = client.get(FORM)
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?next=%2Fproducts%2Fpan-02%2Freview"
    assert send(client, FORM, rating="5").status_code == 303
    assert written() == []


def test_a_shopper_writes_a_review_and_changes_it(client: Client) -> None:
    sign_in(client, "agreed")
    assert "Write a review" in client.get(PAGE).text
    response = send(client, FORM, rating="4", title=" Heavy,  and good ", body="Holds.\r\nWell. ")
    assert response.status_code == 303
    assert response.headers["location"] == f"{PAGE}#reviews"
    assert written() == [("agreed", 4, "Heavy, and good", "Holds.\nWell.")]
    page = client.get(PAGE).text
    assert "Thank you: your review is published." in page
    assert "Change your review" in page
    assert "<bdi>You</bdi>" in page
    form = client.get(FORM).text
    assert 'value="Heavy, and good"' in form
    assert re.search(r'value="4"\s+required\s+checked', form)

    send(client, FORM, rating="1", title="", body="It broke.")
    assert written() == [("agreed", 1, None, "It broke.")]
    assert "Your review is changed." in client.get(PAGE).text


def test_a_double_click_makes_one_review(client: Client) -> None:
    sign_in(client, "agreed")
    for _ in range(2):
        assert send(client, FORM, rating="3", body="Twice.").status_code == 303
    assert written() == [("agreed", 3, None, "Twice.")]
    assert "Your review has not changed." in client.get(PAGE).text


def test_the_newest_of_several_that_were_loaded_is_changed(client: Client) -> None:
    rate([2, 3])
    sign_in(client, "silent")
    send(client, FORM, rating="5", body="Better now.")
    assert written() == [
        ("silent", 2, None, "Says 2."),
        ("silent", 5, None, "Better now."),
    ]


def test_a_review_of_an_id_that_is_used_again_is_another(client: Client) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="5", body="Of the first.")
    run("insert into raw.products (product_id, title) values ('pan-02 (until 2026)', 'Former')")
    run("update raw.reviews set product_id = 'pan-02 (until 2026)' where product_id = 'pan-02'")
    send(client, FORM, rating="1", body="Of the second.")
    assert written() == [("agreed", 1, None, "Of the second.")]
    assert run("select count(*) from raw.reviews where body = 'Of the first.'") == [(1,)]


@pytest.mark.parametrize(
    ("form", "field", "fault"),
    [
        ({"body": "No stars."}, "rating", "Choose from 1 to 5 stars."),
        ({"rating": "6"}, "rating", "Choose from 1 to 5 stars."),
        ({"rating": "4.5"}, "rating", "Choose from 1 to 5 stars."),
        ({"rating": "4", "title": "a" * 501}, "title", "This has 501 characters, and 500"),
        ({"rating": "4", "body": "a" * 20_001}, "body", "This has 20,001 characters"),
        ({"rating": "4", "body": "A bell\x07 rings."}, "body", "cannot be shown"),
        ({"rating": "4", "title": "Nothing\x01here"}, "title", "cannot be shown"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(
    client: Client, form: dict[str, str], field: str, fault: str
) -> None:
    sign_in(client, "agreed")
    response = send(client, FORM, htmx=False, **{"title": "Kept", **form})
    assert response.status_code == 422
    page = response.text
    assert f'id="review-{field}-error"' in page
    assert fault in page
    assert page.count('aria-invalid="true"') == 1
    assert f'aria-describedby="review-{field}-error"' in page
    assert form.get("title", "Kept").replace("\x01", "") in page
    assert written() == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <b>bold</b>",
        "'; drop table raw.reviews; --",
        "\U0001f382 \U0001f469\u200d\U0001f373 fine",
        "\u05e1\u05d1\u05d5\u05df!",
        "100 % %(shopper_id)s {{ 7 * 7 }}",
    ],
)
def test_a_text_is_shown_as_it_was_written(client: Client, text: str) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="4", title=text, body=text)
    assert written() == [("agreed", 4, text, text)]
    page = reviews_of(client.get(PAGE).text)
    shown = re.findall(r'class="review__(?:title|body)"\s+dir="auto">(.*?)</', page, re.DOTALL)
    assert [unescape(one) for one in shown] == [text, text]
    assert "<script" not in page


def test_words_for_nothing_are_no_text(client: Client) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="4", title=" - ", body="N/A")
    assert written() == [("agreed", 4, None, None)]


def test_who_bought_it_here_is_marked(client: Client) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="4", body="Mine.")
    assert "Bought here" not in client.get(PAGE).text
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at)"
        " values ('own', 'agreed', 'pan-02', now())"
    )
    assert client.get(PAGE).text.count("Bought here") == 1


def test_to_others_a_review_names_nobody(client: Client) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="4", body="Mine.")
    sign_in(client, "silent")
    page = reviews_of(client.get(PAGE).text)
    assert "Mine." in page
    assert "<bdi>You</bdi>" not in page
    assert "agreed" not in page
    assert "Write a review" in page


@pytest.mark.parametrize("product_id", ["none", "knife-03"])
def test_only_what_is_shown_is_reviewed(client: Client, product_id: str) -> None:
    run("update raw.products set is_hidden = true where product_id = 'knife-03'")
    sign_in(client, "agreed")
    address = f"/products/{product_id}/review"
    assert client.get(address).status_code == 404
    assert send(client, address, rating="4").status_code == 404
    assert run("select 1 from raw.reviews where product_id = %s", (product_id,)) == []


def test_a_form_of_another_site_writes_nothing(client: Client) -> None:
    sign_in(client, "agreed")
    assert client.post(FORM, data={"rating": "5"}).status_code == 403
    assert (
        client.post(FORM, data={"rating": "5", "_csrf_token": token(client)[:-1]}).status_code
        == 403
    )
    assert written() == []


def test_an_erased_shopper_writes_nothing(client: Client) -> None:
    sign_in(client, "agreed")
    send(client, FORM, rating="4", body="Mine.")
    run("delete from raw.shoppers where shopper_id = 'agreed'")
    run("delete from raw.reviews where shopper_id = 'agreed'")
    # The session is over with the shopper.
    assert send(client, FORM, rating="5", body="Again.").status_code == 409
    assert written() == []


def test_without_the_database_no_review_is_taken(away: Client) -> None:
    assert away.get(FORM).status_code == 503
