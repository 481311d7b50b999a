"""What analysts read: every question of the document, and nothing of a few people."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from alsolike.database import ANALYST_ROLE, connect
from alsolike.dbt_variables import dbt_variables
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.crowd import make_crowd
from tests.shop.database import cloned_database, run, variables_set

DOCUMENT = Path(__file__).parents[2] / "docs" / "analysts.md"
MINIMUM = int(dbt_variables()["minimum_group"])


class Question(NamedTuple):
    """A question of the document."""

    number: int
    title: str
    columns: list[str]
    sql: str


def questions() -> list[Question]:
    """Read them from the document."""
    found = re.findall(
        r"^### (\d+)\. (.+?)\n\nGives (.+?)\.\n\n```sql\n(.+?)```",
        DOCUMENT.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return [
        Question(int(number), title, re.findall(r"`(\w+)`", columns), sql)
        for number, title, columns, sql in found
    ]


@pytest.fixture(scope="module")
def _shop(postgres_server: dict[str, str]) -> Iterator[None]:
    """Make the crowd and its marts once for all."""
    with cloned_database(postgres_server) as database, variables_set(database):
        make_crowd()
        transform(with_tests=False, report=ignore_progress)
        yield


def ask(statement: str) -> list[tuple[object, ...]]:
    """Ask as an analyst."""
    with connect(role=ANALYST_ROLE) as connection:
        return connection.execute(statement.encode()).fetchall()


@pytest.mark.usefixtures("_shop")
def test_every_question_of_the_document_is_answered() -> None:
    asked = questions()
    assert [question.number for question in asked] == list(range(1, 31))
    for question in asked:
        with connect(role=ANALYST_ROLE) as connection:
            cursor = connection.execute(question.sql.encode())
            names = [column.name for column in cursor.description or []]
            assert names == question.columns, question.title
            assert cursor.fetchall(), f"no row: {question.title}"


@pytest.mark.usefixtures("_shop")
def test_the_numbers_are_those_of_the_shop() -> None:
    assert ask("select currency, orders, pieces, buyers from analytics.daily_sales order by 2") == [
        ("EUR", 12, 24, 12),
        ("EUR", 24, 48, 24),
    ]
    # A purchase of what was clicked on, and the whole order.
    assert ask(
        "select place, currency, purchases, orders, direct_revenue, order_revenue, buyers"
        " from analytics.list_revenue_by_week"
    ) == [("home", "EUR", 12, 12, 240, 480, 12)]
    assert ask(
        "select months_since, cohort_shoppers, buyers, buyer_share"
        " from analytics.cohorts order by 1"
    ) == [(0, 24, 24, 1.0), (3, 24, 12, 0.5)]
    assert ask("select model, is_serving from analytics.serving_models") == [("average", True)]
    assert ask("select product_id, shoppers from analytics.hides_by_product") == [("v00015", 24)]
    assert ask("select product_id, reviews from analytics.reviews_by_product") == [("v00003", 24)]


PEOPLE = {
    "daily_sales": "buyers",
    "lists_by_day": "visitors",
    "list_revenue_by_week": "buyers",
    "reasons_by_week": "visitors",
    "shown_products_by_month": "buyers",
    "shown_products_by_segment": "shoppers",
    "cohorts": "buyers",
    "hides_by_product": "shoppers",
    "consents_by_day": "shoppers",
}


@pytest.mark.usefixtures("_shop")
@pytest.mark.parametrize(("relation", "people"), PEOPLE.items(), ids=PEOPLE)
def test_no_row_is_of_a_few(relation: str, people: str) -> None:
    ((rows, few),) = run(
        f"select count(*), count(*) filter (where {people} between 1 and {MINIMUM - 1})"
        f" from analytics.{relation}"
    )
    assert rows > 0
    assert few == 0


# What the few alone did: where it would stand, and that it stands in what the owner reads.
FEW = {
    "a currency": (
        "analytics.daily_sales where currency = 'USD'",
        "raw.products where currency = 'USD'",
    ),
    "a place": (
        "analytics.lists_by_day where place = 'secret'",
        "recs.impressions where place = 'secret'",
    ),
    "a list's positions": (
        "analytics.positions_by_month where place = 'secret' or position = 11",
        "recs.impressions where position = 11",
    ),
    "a reason": (
        "analytics.reasons_by_week where reason_kind = 'gift'",
        "recs.impressions where reason_kind = 'gift'",
    ),
    "a list's revenue": (
        "analytics.list_revenue_by_week where place = 'secret'",
        "marts.block_revenue where place = 'secret'",
    ),
    "a product shown": (
        "analytics.shown_products_by_month where product_id = 'v00011'",
        "marts.recommended_products where product_id = 'v00011'",
    ),
    "a brand": ("analytics.exposure where value = 'Rare'", "raw.products where brand = 'Rare'"),
    "a product hidden": (
        "analytics.hides_by_product where product_id = 'v00012'",
        "recs.hides where product_id = 'v00012'",
    ),
    "a product reviewed": (
        "analytics.reviews_by_product where product_id = 'v00013'",
        "raw.reviews where product_id = 'v00013'",
    ),
    "a segment": (
        "analytics.shown_products_by_segment where product_id in ('v00011', 'v00014')",
        "recs.impressions where product_id = 'v00014'",
    ),
}


@pytest.mark.usefixtures("_shop")
@pytest.mark.parametrize(("shown", "is_there"), FEW.values(), ids=FEW)
def test_what_a_few_did_shows_nowhere(shown: str, is_there: str) -> None:
    assert run(f"select count(*) > 0 from {is_there}") == [(True,)]
    assert ask(f"select count(*) from {shown}") == [(0,)]


# Rows that add up to a total which analysts may know, and those who would be in the rest.
RESTS = {
    "lists of a day": """
        select p.served_on, array_agg(distinct i.shopper_id)
        from marts.block_performance as p
        inner join recs.impressions as i
            on (i.served_at at time zone 'UTC')::date = p.served_on and i.place = p.place
        where not exists (
            select from analytics.lists_by_day as l
            where (l.served_on, l.place, l.tier) = (p.served_on, p.place, p.tier)
        )
        group by 1
    """,
    "products of a month": """
        select date_trunc('month', served_at, 'UTC'), array_agg(distinct i.shopper_id)
        from recs.impressions as i
        where not exists (
            select from analytics.shown_products_by_month as m where m.product_id = i.product_id
        )
        group by 1
    """,
    "positions of a list": """
        select i.place, array_agg(distinct i.shopper_id)
        from recs.impressions as i
        where i.place = 'home' and not exists (
            select from analytics.positions_by_month as p
            where (p.place, p.position) = (i.place, i.position)
        )
        group by 1
    """,
    "reasons of a week": """
        select 1, array_agg(distinct i.shopper_id)
        from recs.impressions as i
        where not exists (
            select from analytics.reasons_by_week as r where r.reason_kind = i.reason_kind
        )
    """,
    "brands": """
        select 1, array_agg(distinct i.shopper_id)
        from recs.impressions as i
        inner join raw.products as p on i.product_id = p.product_id
        where not exists (
            select from analytics.exposure as e where e.dimension = 'brand' and e.value = p.brand
        )
    """,
}


@pytest.mark.usefixtures("_shop")
@pytest.mark.parametrize("rest", RESTS.values(), ids=RESTS)
def test_a_total_less_its_parts_is_never_of_a_few(rest: str) -> None:
    rests = run(rest)
    # Something is left out, and with the few somebody else is.
    assert rests
    for _, people in rests:
        assert "f1" in people
        assert len(people) >= MINIMUM


@pytest.mark.usefixtures("_shop")
def test_analysts_make_and_change_nothing_in_their_schema() -> None:
    for statement in (
        "create table analytics.mine (x integer)",
        "delete from analytics.daily_sales",
        "update analytics.daily_sales set revenue = 0",
        # A view reads with its owner's rights, and for that it must not be one's own.
        "create or replace view analytics.stock as select * from raw.shoppers",
        "create function analytics.f() returns integer language sql return 1",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(statement)


@pytest.mark.usefixtures("_shop")
def test_transforming_again_leaves_the_same_and_every_column_is_described() -> None:
    names = [
        name
        for (name,) in run(
            "select relname from pg_class"
            " where relnamespace = 'analytics'::regnamespace and relkind in ('r', 'v')"
        )
    ]
    assert len(names) == 16
    undescribed = run(
        "select c.relname, a.attname from pg_class as c "
        "inner join pg_attribute as a on c.oid = a.attrelid "
        "where c.relnamespace = 'analytics'::regnamespace and c.relkind in ('r', 'v') "
        "and a.attnum > 0 and (col_description(c.oid, a.attnum) is null "
        "or obj_description(c.oid, 'pg_class') is null)"
    )
    assert undescribed == []
    before = {name: sorted(run(f"select * from analytics.{name}"), key=repr) for name in names}
    transform(with_tests=False, select="path:models/analytics", report=ignore_progress)
    assert {
        name: sorted(run(f"select * from analytics.{name}"), key=repr) for name in names
    } == before
