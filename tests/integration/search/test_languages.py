"""Searches in other languages than English: forms, compounds, misspellings, accents."""

import unicodedata

import psycopg
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from alsolike.database import APP_ROLE, connect
from alsolike.folding import folded
from alsolike.migrate import migrate
from alsolike.shop_language import set_shop_language
from tests.shop.database import add_rows, maintenance, run
from tests.shop.languages import SHOPS, LanguageShop

pytestmark = pytest.mark.usefixtures("database")

# Of twenty queries, and each shop's right product comes first in as many at least.
LEAST_RIGHT = 18
of_each_language = pytest.mark.parametrize(("language", "shop"), SHOPS.items(), ids=list(SHOPS))


def write_words() -> None:
    run("select recs.write_search_words()")


def add(*titles: str, language: str | None = None, prefix: str = "p") -> None:
    """Write a product for each title; its id is the prefix with its place, from 0."""
    add_rows(
        "raw.products",
        (
            {"product_id": f"{prefix}{n}", "title": title, "language": language}
            for n, title in enumerate(titles)
        ),
    )
    write_words()


def search(words: str, k: int = 24) -> list[str]:
    """Return the titles of what the words alone find, best first."""
    with connect(role=APP_ROLE) as connection:
        rows = connection.execute(
            "select p.title from recs.search_products(%s, p_k => %s) as f "
            "inner join raw.products as p on f.product_id = p.product_id "
            "order by f.score desc, f.product_id",
            (words, k),
        ).fetchall()
    return [row[0] for row in rows]


def one(statement: str, *parameters: object) -> object:
    with connect() as connection:
        row = connection.execute(statement, parameters).fetchone()  # pyright: ignore
    assert row is not None
    return row[0]


@of_each_language
def test_the_right_product_comes_first_by_words_alone(language: str, shop: LanguageShop) -> None:
    assert len(shop.queries) == 20
    assert len(shop.write(language)) >= 60
    write_words()
    wrong = {
        query: found[:2]
        for query, wanted in shop.queries.items()
        if not (found := search(query)) or found[0] not in wanted
    }
    assert len(wrong) <= len(shop.queries) - LEAST_RIGHT, wrong


@of_each_language
def test_random_letters_of_the_language_find_nothing(language: str, shop: LanguageShop) -> None:
    shop.write(language)
    write_words()
    assert [query for query in shop.nonsense if search(query)] == []


@of_each_language
def test_a_query_in_decomposed_letters_finds_the_same(language: str, shop: LanguageShop) -> None:
    shop.write(language)
    write_words()
    for query in shop.queries:
        assert search(unicodedata.normalize("NFD", query)) == search(query)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Café CRÈME BRÛLÉE", "cafe creme brulee"),
        ("cafetie\u0300re", "cafetiere"),
        ("Straße Größe", "strasse grosse"),
        ("Łódź Ångström Øre Đakovo", "lodz angstrom ore dakovo"),
        ("Kahvaltı İSTANBUL tabağı", "kahvalti istanbul tabagi"),
        ("Ёлка ещё, ЙОД", "елка еще, йод"),
        ("їжа ґанок", "їжа ганок"),
        ("и\u0306од", "йод"),
        ("ΚΑΦΈΣ", "καφεσ"),
        ("Æble œuvre þorn", "aeble oeuvre thorn"),
        ("أَحْمَد", "احمد"),
        ("soft\u00adhyphen zero\u200bwidth \u202eturned", "softhyphen zerowidth turned"),
        ("１２ ＡＢ ﬁne", "12 ab fine"),
        ("인형 커피", "인형 커피"),
        ("plain ASCII", "plain ascii"),
        ("", ""),
    ],
)
def test_letters_lose_case_and_accents(text: str, plain: str) -> None:
    assert one("select raw.without_accents(raw.lowered_text(%s))", text) == plain


def test_case_and_accents_are_the_same_in_a_database_without_a_locale(
    postgres_server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with maintenance(postgres_server) as connection:
        connection.execute("drop database if exists no_locale")
        connection.execute(
            "create database no_locale template template0 encoding 'UTF8' locale 'C'"
        )
    try:
        monkeypatch.setenv("PGDATABASE", "no_locale")
        migrate()
        assert one("select lower('Ж')") == "Ж"
        add("КОГТЕТОЧКА Ёжик", language="ru")
        assert search("когтеточки") == search("ЁЖИКИ") == ["КОГТЕТОЧКА Ёжик"]
        add("KÜCHENMESSER ŁÓDŹ", language="de", prefix="d")
        assert search("küchenmesser łódź") == ["KÜCHENMESSER ŁÓDŹ"]
    finally:
        monkeypatch.undo()
        with maintenance(postgres_server) as connection:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier("no_locale"))
            )


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("cafe", "Café au lait bowl"),
        ("estacao", "Manutenção da estação"),
        ("creme brulee", "Crème brûlée torch"),
        ("strasse", "Straße Poster"),
        ("lodz", "Łódź mug"),
        ("kofe\u0301", "Kofé"),
        ("咖啡", "咖啡豆"),
        ("コーヒー", "コーヒーミル"),
        ("قهوه", "قهوة عربية"),
    ],
)
def test_any_letters_are_found_whatever_the_language_is(query: str, title: str) -> None:
    add("Café au lait bowl", "Manutenção da estação", "Crème brûlée torch", "Straße Poster")
    add("Łódź mug", "Kofé", "咖啡豆", "コーヒーミル", "قهوة عربية", prefix="q")
    assert search(query) == [title]


def test_each_product_is_found_by_the_rules_of_its_own_language() -> None:
    add("Rote Äpfel", language="de", prefix="d")
    add("Red apples", language="en", prefix="e")
    add("Яблоки красные", language="ru-RU", prefix="r")
    # Postgres has no rules for it: words are compared as they are.
    add("Punased õunad", language="et", prefix="t")
    assert search("apfel") == ["Rote Äpfel"]
    assert search("apple") == ["Red apples"]
    assert search("яблоко") == ["Яблоки красные"]
    assert search("ounad") == ["Punased õunad"]
    run("update raw.products set title = 'Grüne Birnen' where product_id = 'd0'")
    assert search("apfel") == []
    assert search("birne") == ["Grüne Birnen"]
    run("update raw.products set language = 'de' where product_id = 'r0'")
    assert "яблоки" in str(one("select search from raw.products where product_id = 'r0'"))


def test_what_is_excluded_is_excluded_in_the_products_own_language() -> None:
    add("Rote Äpfel", "Rote Birnen", language="de", prefix="d")
    add("Red apples", "Red pears", language="en", prefix="e")
    assert search("rot -apfel") == ["Rote Birnen"]
    assert search("red -apple") == ["Red pears"]
    assert search('"rote birnen"') == ["Rote Birnen"]


def test_words_that_a_language_leaves_out_are_not_asked_for() -> None:
    add("Brot", "Messer", language="de", prefix="d")
    add("Die cast car", language="en", prefix="e")
    assert search("das Brot") == ["Brot"]
    assert search("für das") == []
    # English counts it.
    assert search("für die") == ["Die cast car"]


def test_a_product_with_the_word_itself_comes_before_compounds() -> None:
    add("Kuchenform", "Messerblock", "Ein Messer", "Küchenmesser", "Messer", language="de")
    # A block is no knife.
    assert search("Messer") == ["Messer", "Ein Messer", "Küchenmesser"]
    assert search("Küchen Messer") == ["Küchenmesser"]
    assert search("Formkuchen") == []


def test_endings_are_no_compounds_in_english() -> None:
    add("Adjustable chair", "Dining table", "Skateboard")
    assert search("table") == ["Dining table"]
    # Where no product has the word, a longer one is better than nothing.
    assert search("board") == ["Skateboard"]
    assert search("skate board") == ["Skateboard"]


@pytest.mark.parametrize(
    "typed", ["headphnes", "haedphones", "headphoness", "headfhones", "hadphoness"]
)
def test_a_word_with_a_letter_wrong_is_found(typed: str) -> None:
    add("Wireless headphones", "Head torch")
    assert search(typed) == ["Wireless headphones"]
    assert search(f"wireless {typed}") == ["Wireless headphones"]


def test_a_word_that_products_have_is_not_corrected() -> None:
    add("Felt hat", "Salt mill", "Belt of leather")
    assert search("felt") == ["Felt hat"]
    # Of two words that products have, neither of which is commoner, the last one stays.
    assert search("felt mill") == ["Salt mill"]


def test_short_words_are_not_corrected_where_the_catalogue_is_dense() -> None:
    add(*(f"{a}{b}{c}{d}" for a in "bcdfgt" for b in "aeiou" for c in "lmnrt" for d in "aek"))
    limit = one("select least_letters from recs.search_limits")
    assert isinstance(limit, int)
    assert limit > 4
    assert search("xala") == []


def test_the_words_follow_the_catalogue() -> None:
    add("Copper kettle", "Copper pan")
    assert one("select product_count from recs.search_words where word = 'copper'") == 2
    run("delete from raw.products where product_id = 'p0'")
    write_words()
    assert one("select product_count from recs.search_words where word = 'copper'") == 1
    assert search("kettel") == []
    # Nothing changed: nothing is written, though somebody took the rows away.
    run("delete from recs.search_words")
    write_words()
    assert one("select count(*) from recs.search_words") == 0
    run("update raw.products set loaded_at = now() + interval '1 second'")
    write_words()
    assert one("select stems from recs.search_words where word = 'copper'") == ["copper"]
    run("update raw.products set language = 'de'")
    write_words()
    assert one("select stems from recs.search_words where word = 'copper'") == ["copp", "copper"]


def test_the_shops_language_is_that_of_products_that_name_none() -> None:
    add("Rote Äpfel")
    add("Rote Birnen", language="de", prefix="d")
    assert search("apfel", 1) == ["Rote Äpfel"]  # As a misspelled word.
    assert set_shop_language("de") == 1
    assert set_shop_language("de") is None
    assert "apfel" in str(one("select search from raw.products where product_id = 'p0'"))
    add("Grüne Pflaumen", prefix="q")
    assert search("pflaume") == ["Grüne Pflaumen"]
    # Interrupted after the language was stored: the next call does all of it.
    run("update raw.shop_language set is_applied = false")
    assert set_shop_language("de") == 2


def test_a_language_waits_for_writers() -> None:
    add("Rote Äpfel")
    with connect() as writer:
        writer.execute("update raw.products set title = 'Grüne Äpfel'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            set_shop_language("de")
    assert one("select language from raw.shop_language") == "en"


def test_products_that_are_there_get_words_on_the_way_up() -> None:
    migrate("0021", drop_all_data=True)
    run(
        "insert into raw.products (product_id, title, language) "
        "select 'p' || n, 'Grüne Äpfel ' || n, 'de' from generate_series(1, 1001) as n"
    )
    assert one("select count(*) from raw.products where search @@ 'apfel'") == 0
    migrate()
    assert one("select count(*) from raw.products where search @@ 'apfel'") == 1001
    assert search("apfel 1001") == ["Grüne Äpfel 1001"]


@given(st.text(max_size=40) | st.text("aéÄßııİŁøΣς ёйїґ\u0301\u0306\u00ad咖コ", max_size=20))
@example("Straße ΚΑΦΕΣ İstanbul ЙЁЖ и\u0306 咖啡 soft\u00adhyphen")
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_snapshot_and_the_trained_spaces_fold_texts_as_the_database_does(text: str) -> None:
    # Capitals of rare alphabets depend on the version of Unicode.
    assume(text.isprintable() and all(unicodedata.category(sign) != "Cn" for sign in text))
    assume(ord(max(text, default=" ")) < 0x10000)
    with connect() as connection:
        row = connection.execute(
            "select raw.without_accents(raw.lowered_text(%s))", (text,)
        ).fetchone()
    assert row == (folded(text),)
