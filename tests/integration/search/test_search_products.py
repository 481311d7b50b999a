"""What a search finds, in which order, and how: by words, by meaning, by both."""

from typing import Any, NamedTuple

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pgvector import HalfVector

from alsolike.database import APP_ROLE, connect, register_vectors
from tests.shop.database import run
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")

FEET = [1.0, 0.0, 0.0]
HANDS = [0.0, 1.0, 0.0]
HEAD = [0.0, 0.0, 1.0]

PRODUCTS = [
    ("s1", "Woollen slippers", "Norr", "Home > Slippers", [0.95, 0.05, 0.0]),
    ("s2", "Felt slippers", "Norr", "Home > Slippers", [0.9, 0.1, 0.0]),
    ("k1", "Alpaca socks", "Lama", "Fashion > Socks", [0.8, 0.1, 0.3]),
    ("g1", "Woollen gloves", "Lama", "Fashion > Gloves", [0.1, 0.95, 0.0]),
    ("h1", "Woollen hat", "Warm", "Fashion > Hats", [0.0, 0.1, 0.95]),
    ("h2", "Hat box, feet of brass", "Boxer", "Home > Boxes", [0.1, 0.1, 0.9]),
]


class Found(NamedTuple):
    """A row of `recs.search_products`."""

    product_id: str
    score: float
    text_rank: int | None
    vector_rank: int | None


@pytest.fixture
def shop(database: dict[str, str]) -> None:
    """Make a shop of six products whose vectors point at feet, hands and head."""
    assert database
    with connect() as connection:
        register_vectors(connection)
        for product_id, title, brand, category, _ in PRODUCTS:
            connection.execute(
                "insert into raw.products (product_id, title, brand, category) "
                "values (%s, %s, %s, %s)",
                (product_id, title, brand, category),
            )
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) "
            "values ('a', 'a', 3), ('b', 'b', 3)"
        )
        connection.execute(
            "insert into recs.serving_model (model_id) "
            "select recs.add_model('average', 'average', 1, 3, '{}')"
        )
        for product_id, *_, vector in PRODUCTS:
            unit = np.array(vector, np.float32) / np.linalg.norm(vector)
            connection.execute(
                "insert into recs.product_vectors (model_id, product_id, embedding) "
                "values (1, %s, %s)",
                (product_id, HalfVector(unit)),
            )
        add_query_encoder(connection)


def add_query_encoder(connection: psycopg.Connection[Any], least_similarity: float = 0.5) -> None:
    connection.execute(
        "insert into recs.query_encoders "
        "(encoder_id, recipe, fingerprint, agreement, least_similarity) "
        "select encoder_id, 'hand', 'f', 1, %s from recs.encoders",
        (least_similarity,),
    )


def search(
    words: str,
    vector: list[float] | None = None,
    *,
    encoder_id: int = 1,
    k: int = 24,
    category: str | None = None,
    after: Found | None = None,
) -> list[Found]:
    with connect(role=APP_ROLE) as connection:
        rows = connection.execute(
            "select product_id, score, text_rank, vector_rank "
            "from recs.search_products(%s, %s::halfvec, %s, %s, %s, %s, %s)",
            (
                words,
                None if vector is None else str(vector),
                encoder_id,
                k,
                category,
                after and after.score,
                after and after.product_id,
            ),
        ).fetchall()
    return [Found(*row) for row in rows]


def left_out(words: str, vector: list[float] | None = None) -> tuple[str, list[str]]:
    """Return by what a search found, and the words that its products lack."""
    found = run(
        "select found_by, left_out from recs.search_products(%s, %s::halfvec, 1) limit 1",
        (words, None if vector is None else str(vector)),
    )
    return found[0] if found else (None, [])


def ids(found: list[Found]) -> list[str]:
    return [row.product_id for row in found]


@pytest.mark.usefixtures("shop")
def test_other_words_than_the_catalogues_find_by_meaning() -> None:
    assert ids(search("cosy toes")) == []
    found = search("cosy toes", FEET)
    assert ids(found) == ["s1", "s2", "k1"]
    assert [row.text_rank for row in found] == [None, None, None]


@pytest.mark.usefixtures("shop")
def test_what_is_only_as_near_as_noise_is_not_found() -> None:
    run("update recs.query_encoders set least_similarity = 0.97")
    assert ids(search("cosy toes", FEET)) == ["s1", "s2"]
    run("update recs.query_encoders set least_similarity = 1")
    assert search("cosy toes", FEET) == []


@pytest.mark.usefixtures("shop")
def test_two_rankings_are_fused_by_their_reciprocal_ranks() -> None:
    found = {row.product_id: row for row in search("woollen", FEET)}
    assert set(found) == {"s1", "s2", "k1", "g1", "h1"}
    for row in found.values():
        by_words = 0 if row.text_rank is None else 1 + 2 / (60 + row.text_rank)
        by_vector = 0 if row.vector_rank is None else 1 / (60 + row.vector_rank)
        assert row.score == pytest.approx(by_words + by_vector)
    # Found both ways: before anything that is found one way. What is only near comes last.
    assert ids(search("woollen", FEET)) == ["s1", "g1", "h1", "s2", "k1"]
    assert found["s2"].text_rank is None
    assert found["g1"].vector_rank is None


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "vector", "first"),
    [
        ("g1", FEET, ["g1"]),
        (" g1 ", FEET, ["g1"]),
        ("woollen HAT", FEET, ["h1"]),
        ("lama", HEAD, ["g1", "k1"]),
        ("warm", HANDS, ["h1"]),
    ],
)
def test_an_exact_id_title_or_brand_comes_first(
    words: str, vector: list[float], first: list[str]
) -> None:
    found = search(words, vector)
    assert sorted(ids(found)[: len(first)]) == first
    assert len(found) > len(first)


@pytest.mark.usefixtures("shop")
def test_a_vector_of_another_encoder_is_never_compared() -> None:
    assert search("woollen", FEET, encoder_id=2) == search("woollen")
    assert search("cosy toes", FEET, encoder_id=2) == []
    run("update recs.models set encoder_id = 2")
    assert ids(search("cosy toes", FEET, encoder_id=2)) == ["s1", "s2", "k1"]
    assert search("cosy toes", FEET, encoder_id=1) == []


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ('"woollen gloves"', ["g1"]),
        ("woollen -hat -gloves", ["s1"]),
        ("socks or gloves", ["g1", "k1"]),
    ],
)
def test_who_says_exactly_what_they_want_gets_just_that(words: str, wanted: list[str]) -> None:
    found = search(words, FEET)
    assert sorted(ids(found)) == wanted
    assert found == search(words)


@pytest.mark.usefixtures("shop")
def test_words_alone_find_the_beginning_of_a_word_and_then_any_word() -> None:
    assert ids(search("woollen slip")) == ["s1"]
    assert sorted(ids(search("purple slippers"))) == ["s1", "s2"]
    # Where all words are found, fewer are no match.
    assert ids(search("felt slippers")) == ["s2"]
    assert search("zzz") == []
    assert search("the of") == []
    # One brass box of one inch: the sign is no quotation.
    assert ids(search('box 1"')) == ["h2"]


@pytest.mark.usefixtures("shop")
@given(words=st.text(max_size=60) | st.text("ab -'\"\\:*&|!<>()1.,#/%_", max_size=30))
@example("Outre Weave Livia #-1B")
@example("a--b")
@example("!!! ' \\ :* & |")
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_typed_is_a_query(words: str) -> None:
    words = words.replace("\0", "")
    for vector in (None, FEET):
        found = search(words, vector)
        assert len(ids(found)) == len(set(ids(found)))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "title",
    ["Hat - for feet", "Hat -woollen", 'Hat "of felt"', "Hat or gloves", "Hat (20% off) -1B"],
)
def test_a_whole_title_finds_its_product_first_whatever_signs_are_in_it(title: str) -> None:
    run("update raw.products set title = %s where product_id = 'h2'", (title,))
    for vector in (None, FEET):
        assert ids(search(title.upper(), vector))[0] == "h2"


@pytest.mark.usefixtures("shop")
def test_one_word_of_three_may_be_mistyped_and_the_vector_ranks_along() -> None:
    assert ids(search("hat box fete")) == ["h2"]
    assert ids(search("fete hat box", HEAD))[0] == "h2"
    assert sorted(ids(search("hat bxo"))) == ["h1", "h2"]
    assert left_out("hat bxo") == ("some", ["bxo"])


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("words", "vector", "found", "lacking"),
    [
        # An unknown word goes.
        ("cheap slippers", None, ["s1", "s2"], ["cheap"]),
        ("cheap slippers", FEET, ["s1", "s2"], ["cheap"]),
        # Of two that are known the commoner one; where there is a vector, what it says counts.
        ("woollen socks", None, ["k1"], ["woollen"]),
        ("woollen socks", HEAD, ["h1", "g1", "s1"], ["socks"]),
        # Of three one.
        ("woollen felt slippers", FEET, ["s1"], ["felt"]),
        ("cheap woollen socks", FEET, ["s1", "g1", "h1"], ["cheap", "socks"]),
        # Less than half says too little, unless what is near has it.
        ("cheap nice red slippers", HEAD, [], []),
        ("pink gloves", HANDS, ["g1"], ["pink"]),
        ("pink gloves", FEET, [], []),
        ("gloves brass", FEET, [], []),
    ],
)
def test_where_no_product_has_all_words_those_with_most_of_them_are_found(
    words: str, vector: list[float] | None, found: list[str], lacking: list[str]
) -> None:
    matching = [row.product_id for row in search(words, vector) if row.score >= 1]
    assert sorted(matching) == sorted(found)
    assert left_out(words, vector) == ("some" if found else None, lacking)


@pytest.mark.usefixtures("shop")
def test_what_is_only_near_comes_after_all_that_match() -> None:
    found = search("hat", FEET)
    assert [row.text_rank is not None for row in found] == sorted(
        (row.text_rank is not None for row in found), reverse=True
    )
    assert [row.score >= 1 for row in found] == [row.text_rank is not None for row in found]


@pytest.mark.usefixtures("shop")
def test_words_of_attributes_are_found() -> None:
    assert search("spade crimson") == []
    run(
        "update raw.products set attributes = "
        '\'{"colour": "Crimson", "size": [41, 42], "water_proof": true, "vegan": false}\''
        " where product_id = 's2'"
    )
    for words in ("slippers crimson", "felt 42", "water proof felt"):
        assert ids(search(words)) == ["s2"], words
    assert left_out("vegan felt") == ("some", ["vegan"])
    run("update raw.products set attributes = '{}' where product_id = 's2'")
    assert search("crimson") == []


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("words", ["woollen", "cosy", "hat"])
def test_a_category_holds_for_both_ways(words: str) -> None:
    found = search(words, FEET, category="Fashion")
    assert found
    categories = {product_id: category for product_id, _, _, category, _ in PRODUCTS}
    assert all(categories[row.product_id].startswith("Fashion > ") for row in found)
    assert search("s1", FEET, category="Fashion > Hats") == []


@pytest.mark.usefixtures("shop")
def test_the_vector_brings_no_product_that_is_sold_out() -> None:
    run("update raw.products set is_in_stock = false where product_id in ('s1', 's2')")
    assert ids(search("cosy toes", FEET)) == ["k1"]
    # Its own words still find it.
    assert "s2" in ids(search("felt slippers", FEET))


@pytest.mark.parametrize("has_vector", [True, False])
def test_pages_follow_each_other_without_gap_or_repeat(*, has_vector: bool) -> None:
    vectors = clusters(300)
    add_vectors(vectors)
    with connect() as connection:
        add_query_encoder(connection, 0.1)
    run(
        "update raw.products set title = 'blue ' || case when product_id < 'v00100' "
        "then 'mug' else 'cup' end, brand = case when product_id < 'v00005' then 'mug' end"
    )
    vector = [float(value) for value in vectors[250]] if has_vector else None
    whole = search("mug", vector, k=1000)
    assert len(whole) == len(set(ids(whole)))
    assert len(whole) > 120 if has_vector else len(whole) == 100
    walked: list[Found] = []
    while page := search("mug", vector, k=7, after=walked[-1] if walked else None):
        walked += page
    assert walked == whole
    assert [row.score for row in whole] == sorted((row.score for row in whole), reverse=True)
    assert sorted(ids(whole)[:5]) == [f"v{n:05}" for n in range(5)]


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_the_vector_walks_the_index_and_the_words_their_own(mode: str) -> None:
    vectors = clusters(5000)
    add_vectors(vectors)
    with connect() as connection:
        add_query_encoder(connection, 0.1)
    run("update raw.products set title = 'number ' || product_id")
    run("analyze raw.products")
    with connect(autocommit=True) as connection:
        connection.execute("set plan_cache_mode = " + mode)  # pyright: ignore

        def scans() -> dict[str, int]:
            connection.execute("select pg_stat_force_next_flush()")
            rows = connection.execute(
                "select indexrelname, idx_scan from pg_stat_user_indexes where indexrelname in "
                "('product_vectors_1_hnsw', 'products_search')"
            ).fetchall()
            tables = connection.execute(
                "select relname, seq_scan from pg_stat_user_tables "
                "where relname in ('products', 'product_vectors_1')"
            ).fetchall()
            return dict(rows) | dict(tables)

        before = scans()
        found = connection.execute(
            "select product_id from recs.search_products('number v00017', %s::halfvec, 1, 10)",
            (str([float(value) for value in vectors[17]]),),
        ).fetchall()
        after = scans()
    assert ("v00017",) in found
    assert after["product_vectors_1_hnsw"] == before["product_vectors_1_hnsw"] + 1
    assert after["products_search"] > before["products_search"]
    assert after["products"] == before["products"]
    assert after["product_vectors_1"] == before["product_vectors_1"]
