"""Searches of the API and the site: by meaning where the vector is there in time, else by words."""

import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alsolike.database import connect
from alsolike.query_encoder import QueryEncoderError, QueryEncoderRow
from alsolike.settings import Settings
from api.app import create_app
from api.search import query_vectors
from tests.shop.database import run

Client = TestClient[Litestar]

MEANINGS = {
    "something to cut with": [1, 0, 0, 0.1],
    "fry eggs": [0, 1, 0, 0.1],
    "pan": [0, 1, 0, 0.1],
    "dig": [0, 0, 1, 0.1],
    "brunch outdoors": [0, 1, 0.8, 0.1],
}


class HandEncoder:
    """Knows a few queries by heart.

    Attributes
    ----------
    seconds : float
        What encoding a query takes, on the clock that the app looks at.
    encoded : list of str
        What was asked for.
    """

    def __init__(self) -> None:
        self.encoder_id = 1
        self.fingerprint = "by hand"
        self.seconds = 0.0
        self.now = 1000.0
        self.encoded: list[str] = []

    def clock(self) -> float:
        """Return the time that the app looks at."""
        return self.now

    def load(self, *_: object) -> "HandEncoder":
        """Return itself, as what the app loads."""
        return self

    def reads(self, text: str) -> bool:
        """Know no word in Cyrillic letters."""
        return re.search("[а-я]", text) is None  # noqa: RUF001

    def knows(self, word: str) -> bool:
        """Know the words of its queries."""
        return any(word in text.split() for text in MEANINGS)

    def encode(self, text: str) -> np.ndarray:
        """Return the vector of a query."""
        self.now += self.seconds
        if text == query_vectors._FIRST_QUERY:
            return np.array([1, 0, 0, 0], np.float32)
        self.encoded.append(text)
        if text not in MEANINGS:
            message = "no such word"
            raise QueryEncoderError(message)
        vector = np.array(MEANINGS[text], np.float32)
        return vector / np.linalg.norm(vector)


@pytest.fixture
def encoder(shop: dict[str, str]) -> HandEncoder:
    """Give the encoder that the shop has."""
    assert shop
    with connect() as connection:
        connection.execute(
            "insert into recs.query_encoders "
            "(encoder_id, recipe, fingerprint, agreement, least_similarity) "
            "values (1, 'hand', 'by hand', 1, 0.5)"
        )
    return HandEncoder()


@pytest.fixture
def searcher(encoder: HandEncoder, settings: Settings) -> Iterator[Client]:
    """Give a client of an app that has loaded the encoder."""
    app = create_app(settings, load_encoder=encoder.load, clock=encoder.clock)
    with TestClient(app) as client:
        refresh(client)
        yield client


def vectors(client: Client) -> query_vectors.QueryVectors:
    return client.app.state.query_vectors


def refresh(client: Client) -> None:
    with client.portal() as portal:
        portal.call(vectors(client).refresh)


def find(client: Client, q: str, **parameters: Any) -> dict[str, Any]:
    response = client.get("/v1/products", params={"q": q, **parameters})
    assert response.status_code == 200, response.text
    return response.json()


def ids(body: dict[str, Any]) -> list[str]:
    return [item["product_id"] for item in body["items"]]


def test_other_words_than_the_catalogues_find_by_meaning(searcher: Client) -> None:
    body = find(searcher, "something to cut with")
    assert body["by"] == "text+vectors"
    assert len(body["items"]) == 20
    assert all(product_id.startswith("knife") for product_id in ids(body))
    assert "suggestions" not in body


def test_what_is_only_near_stands_apart_and_is_not_counted(searcher: Client) -> None:
    run(
        "update raw.products set is_hidden = product_id <> 'pan-01', title = 'Skillet', "
        "category = 'Kitchen', description = null where product_id like 'pan-%%'"
    )
    run("update raw.products set title = 'Pan' where product_id = 'pan-01'")
    run("update raw.products set is_hidden = false where product_id = 'pan-02'")
    body = find(searcher, "pan")
    assert ids(body) == ["pan-01", "pan-02"]
    assert body["matches"] == 1
    page = searcher.get("/search", params={"q": "pan"}).text
    matches, closest = page.split('id="closest"')
    assert re.findall(r'data-product="([^"]+)"', matches) == ["pan-01"]
    assert 'data-product="pan-02"' in closest
    assert re.search(r"\b1 product\b", re.sub(r"<[^>]*>", "", matches))
    # Filters and orders are those of the matches.
    assert 'id="closest"' not in searcher.get("/search?q=pan&in_stock=yes").text


def test_a_list_of_the_catalogue_says_nothing_of_searches(searcher: Client) -> None:
    assert set(searcher.get("/v1/products").json()) == {"items", "next"}


@pytest.mark.parametrize("q", ["pan", "fry eggs", "number"])
def test_pages_hold_every_product_once(searcher: Client, q: str) -> None:
    whole = ids(find(searcher, q, limit=100))
    body = find(searcher, q, limit=7)
    seen = ids(body)
    kinds = {body["by"]}
    while body["next"] is not None:
        body = searcher.get(body["next"]).json()
        kinds.add(body["by"])
        seen += ids(body)
    assert seen == whole
    assert len(set(seen)) == len(seen) > 20
    assert kinds == {"text" if q == "number" else "text+vectors"}


def test_a_category_holds_for_what_is_found_by_meaning(searcher: Client) -> None:
    assert find(searcher, "dig", category="Kitchen")["items"] == []
    assert find(searcher, "dig", category="Garden / Yard")["by"] == "text+vectors"
    assert len(find(searcher, "dig", category="Garden / Yard")["items"]) == 20
    assert searcher.get("/v1/products?q=dig&category=Nowhere").status_code == 400


def test_where_encoding_takes_too_long_words_alone_answer_for_a_while(
    searcher: Client, encoder: HandEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    encoder.seconds = 0.1
    # One slow query is none too many: it is used.
    assert find(searcher, "pan")["by"] == "text+vectors"
    with caplog.at_level(logging.WARNING, "alsolike.web"):
        assert find(searcher, "dig")["by"] == "text+vectors"
        assert find(searcher, "fry eggs")["by"] == "text"
    assert encoder.encoded == ["pan", "dig"]
    assert vectors(searcher).counts == {"slow": 1}
    told = [record.getMessage() for record in caplog.records]
    assert "Encoding a query takes 19 ms" in told[0]
    assert told[1] == "A search went by words alone: slow, 1 so far."
    # What is known by heart costs nothing.
    assert find(searcher, "pan")["by"] == "text+vectors"

    encoder.seconds = 0.001
    encoder.now += 61
    assert find(searcher, "fry eggs")["by"] == "text+vectors"


def test_a_page_goes_on_as_the_first_was_ranked(searcher: Client, encoder: HandEncoder) -> None:
    encoder.seconds = 1.0
    by_vector = find(searcher, "dig", limit=10)
    by_words = find(searcher, "pan", limit=10)
    assert (by_vector["by"], by_words["by"]) == ("text+vectors", "text")
    encoder.now += 61
    encoder.seconds = 0.001
    second = searcher.get(by_words["next"]).json()
    assert second["by"] == "text"
    assert not set(ids(second)) & set(ids(by_words))

    encoder.seconds = 1.0
    find(searcher, "fry eggs")
    vectors(searcher)._kept.clear()
    # Encoding pauses, but for a page that would otherwise rank anew.
    assert find(searcher, "pan")["by"] == "text"
    second = searcher.get(by_vector["next"]).json()
    assert second["by"] == "text+vectors"
    assert not set(ids(second)) & set(ids(by_vector))


def test_a_page_by_meaning_is_asked_for_again_rather_than_ranked_anew(
    searcher: Client, encoder: HandEncoder
) -> None:
    first = find(searcher, "pan", limit=10)
    assert first["by"] == "text+vectors"
    with connect() as connection:
        connection.execute("delete from recs.query_encoders")
    refresh(searcher)
    response = searcher.get(first["next"])
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert find(searcher, "pan")["by"] == "text"
    assert encoder.encoded == ["pan"]


def test_a_cursor_of_another_ranking_is_refused(searcher: Client) -> None:
    first = find(searcher, "pan", limit=10)
    with connect() as connection:
        connection.execute(
            "update recs.query_encoders set failure = 'x', fingerprint = null, "
            "agreement = null, least_similarity = null"
        )
    response = searcher.get(first["next"])
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "after"


def test_a_query_that_cannot_be_encoded_goes_by_its_words(
    searcher: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "alsolike.web"):
        body = find(searcher, "spade number 3")
    assert body["by"] == "text"
    assert ids(body) == ["spade-03"]
    assert vectors(searcher).counts == {"failed": 1}
    assert "words alone: failed (no such word), 1 so far" in caplog.text


def test_words_alone_answer_what_the_encoder_cannot_read(searcher: Client) -> None:
    assert find(searcher, "ъщфыва")["items"] == []
    assert vectors(searcher).counts == {"unread": 1}


def test_without_an_encoder_words_alone_answer(client: Client) -> None:
    assert find(client, "pan")["by"] == "text"
    assert vectors(client).counts == {"absent": 1}


def test_an_encoder_that_cannot_be_loaded_is_told_and_done_without(
    encoder: HandEncoder, settings: Settings
) -> None:
    assert encoder
    # The shop says that there is one, and has none of its files.
    with TestClient(create_app(settings)) as client:
        with pytest.raises(QueryEncoderError):
            refresh(client)
        assert find(client, "pan")["by"] == "text"


def test_switched_off_nothing_is_loaded_or_asked(encoder: HandEncoder, settings: Settings) -> None:
    loaded: list[object] = []

    def load(*arguments: object) -> HandEncoder:
        loaded.append(arguments)
        return encoder

    app = create_app(replace(settings, search_encode_ms=0), load_encoder=load)
    with TestClient(app) as client:
        assert find(client, "pan")["by"] == "text"
    assert loaded == []


def test_loading_holds_nothing_up(encoder: HandEncoder, settings: Settings) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def load(*_: object) -> HandEncoder:
        has_begun.set()
        assert may_end.wait(10)
        return encoder

    with TestClient(create_app(settings, load_encoder=load)) as client:
        assert has_begun.wait(10)
        assert client.get("/health/live").status_code == 200
        assert find(client, "pan")["by"] == "text"
        may_end.set()


def test_another_encoder_is_loaded_when_its_model_serves(
    encoder: HandEncoder, settings: Settings
) -> None:
    other = HandEncoder()
    other.encoder_id = 2
    other.fingerprint = "another"
    loaded: list[QueryEncoderRow] = []

    def load(described: QueryEncoderRow, *_: object) -> HandEncoder:
        loaded.append(described)
        return encoder if described.encoder_id == 1 else other

    with connect() as connection:
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values ('other', 'other', 4)"
        )
        connection.execute(
            "insert into recs.query_encoders "
            "(encoder_id, recipe, fingerprint, prefix, agreement, least_similarity) "
            "values (2, 'hand', 'another', 'query: ', 1, 0.5)"
        )
    with TestClient(create_app(settings, load_encoder=load)) as client:
        refresh(client)
        # The app looks for one when it starts, too.
        assert {row.encoder_id for row in loaded} == {1}
        loaded.clear()
        with connect() as connection:
            connection.execute("update recs.models set encoder_id = 2")
        # The model that serves lives in another space by now: what is loaded does not fit.
        assert find(client, "something to cut with")["by"] == "text"
        refresh(client)
        refresh(client)
        assert loaded == [QueryEncoderRow(2, "another", "query: ", 0)]
        assert find(client, "something to cut with")["by"] == "text+vectors"


def test_the_page_finds_by_words_and_its_more_link_goes_on(searcher: Client) -> None:
    page = searcher.get("/search", params={"q": "pan"}).text
    assert page.count('data-product="pan-') == 24
    assert "Closest in meaning" not in page
    more = page.split('<li class="more">')[1].split('hx-get="')[1].split('"')[0]
    rest = searcher.get(more.replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    assert rest.count('data-product="pan-') == 6


def test_what_is_only_near_in_meaning_is_sold_as_no_match(searcher: Client) -> None:
    page = searcher.get("/search", params={"q": "something to cut with"})
    assert page.status_code == 200
    status, closest = page.text.split('id="closest-title"')
    assert re.search(r'<p role="status">\s*No product matches these words\.', status)
    assert "data-product=" not in status
    assert closest.count('data-product="knife-') == closest.count("data-product=") == 12
    assert "products.html" not in page.text
    filtered = searcher.get("/search", params={"q": "something to cut with", "in_stock": "yes"})
    assert 'role="status"' in filtered.text
    assert filtered.text.count("data-product=") == 12
    elsewhere = {"q": "something to cut with", "category": "Garden / Yard"}
    assert searcher.get("/search", params=elsewhere).text.count("data-product=") == 0


def test_by_meaning_alone_the_nearest_has_to_be_an_eighth_nearer_than_noise(
    searcher: Client,
) -> None:
    [(similarity,)] = run(
        "select max(score)::float8 from recs.nearest_products("
        "p_query => '[0,1,0.8,0.1]'::halfvec, p_model_id => 1, p_k => 50)"
    )
    # An eighth of the way from here to 1 is just as near as the nearest.
    noise = (similarity - 1 / 8) / (1 - 1 / 8)
    for change, count in ((0.001, 0), (-0.001, 20)):
        run("update recs.query_encoders set least_similarity = %s", (noise + change,))
        assert len(find(searcher, "brunch outdoors")["items"]) == count
    # What products have the words of needs no more than to be nearer than noise.
    run("update recs.query_encoders set least_similarity = 0.999")
    assert len(find(searcher, "pan")["items"]) == 20


def test_who_finds_nothing_is_told_what_to_try(searcher: Client) -> None:
    nothing = '"purple spade"'
    body = find(searcher, nothing)
    assert body["items"] == []
    assert body["suggestions"] == ["spade"]
    page = searcher.get("/search", params={"q": nothing}).text
    assert re.search(r'<a href="/search\?q=spade"\s+dir="auto">spade</a>', page)
    assert find(searcher, "xyzzy")["suggestions"] == []
