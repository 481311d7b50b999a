"""Pulling from a shop whose tables have another shape, in the same database or another one."""

from decimal import Decimal

import pytest

from alsolike.database import connect
from alsolike.loading import ConsentNeededError
from alsolike.privacy.erase import erase
from alsolike.pull import PullError
from tests.shop.database import run
from tests.shop.files import noted
from tests.shop.pulled import DOCUMENT_VIEWS, Shop, counts, pulled


@pytest.fixture
def shop(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "alsolike_source")
    return Shop(database)


NOTHING_NEW = {
    "products": (0, 4, 0, 0),
    "shoppers": (0, 2, 0, 0),
    "purchases": (0, 3, 0, 0),
    "reviews": (0, 1, 0, 0),
}


def stock() -> dict[str, bool]:
    return dict(run("select product_id, is_in_stock from raw.products"))


def purchases() -> list[str]:
    return [row[0] for row in run("select purchase_id from raw.purchases order by 1")]


def test_the_documented_views_map_a_shop_of_another_shape(shop: Shop) -> None:
    summary = pulled()
    assert counts(summary) == {
        "products": (4, 0, 0, 0),
        "shoppers": (2, 0, 0, 0),
        "purchases": (3, 0, 0, 0),
        "reviews": (1, 0, 0, 0),
    }
    assert run(
        "select title, description, category, brand, price, currency, attributes, is_in_stock, url,"
        " item_group_id, is_hidden from raw.products where product_id in ('K-RED', 'SPOON')"
        " order by product_id"
    ) == [
        (
            *("Kettle", "Boils.", "Kitchen > Kettles", "Acme", Decimal("12.50"), "EUR"),
            *({"colour": "red"}, True, "/goods/kettle", "10", False),
        ),
        (
            *("Spoon", None, "Kitchen", None, Decimal("1.00"), "EUR"),
            *({}, True, "/goods/spoon", "12", True),
        ),
    ]
    assert stock()["K-BLUE"] is False
    assert run("select shopper_id, is_granted, source from raw.consents order by 1") == [
        ("1", True, "import:alsolike_source/shoppers"),
        ("2", False, "import:alsolike_source/shoppers"),
    ]
    assert run(
        "select purchase_id, shopper_id, order_id, quantity, unit_price from raw.purchases order by"
        " 1"
    ) == [
        ("1000", "1", "100", 1, Decimal("12.50")),
        ("1001", "1", "100", 2, Decimal("3.99")),
        ("1002", None, "101", 1, Decimal("3.99")),
    ]
    assert run("select rating, body from raw.reviews") == [(5, "Good.")]


def test_a_second_pull_changes_nothing(shop: Shop) -> None:
    pulled()
    before = run("select product_id, loaded_at from raw.products order by 1")
    assert counts(pulled()) == NOTHING_NEW
    assert counts(pulled(is_full=True)) == NOTHING_NEW
    assert run("select product_id, loaded_at from raw.products order by 1") == before


def test_only_what_changed_is_loaded(shop: Shop) -> None:
    pulled()
    shop.run("update goods set name = 'Mug', modified_at = now() where id = 11")
    # No row of products says when it changed.
    shop.run("update categories set name = 'Cooking' where id = 2")
    shop.run("insert into variants values ('NEW', 11, 500, 1)")
    summary = pulled()
    assert counts(summary)["products"] == (4, 1, 0, 0)
    assert (
        run("select title, category from raw.products where product_id like 'K-%%'")
        == [("Kettle", "Kitchen > Cooking")] * 2
    )
    assert run("select title from raw.products where product_id = 'CUP'") == [("Mug",)]
    assert "NEW" in stock()


def test_columns_that_are_gone_from_a_view_keep_what_was_pulled_and_are_told(shop: Shop) -> None:
    pulled()
    shop.run(
        "drop view alsolike_source.products; create view alsolike_source.products as"
        " select v.sku as product_id, g.name as title, null::text as brand"
        " from variants as v inner join goods as g on v.good_id = g.id"
    )
    for _ in range(2):
        summary = pulled()
        assert noted(summary, "products: attributes, category, currency, description, in_stock, ")
        assert noted(summary, "no longer there: what was pulled before stays", "count as in stock")
    assert run(
        "select price, category, brand, is_in_stock from raw.products where product_id = 'K-BLUE'"
    ) == [(Decimal("12.99"), "Kitchen > Kettles", None, True)]
    # A view with the columns again is brought up to date.
    shop.run("drop view alsolike_source.products")
    shop.run(
        DOCUMENT_VIEWS[DOCUMENT_VIEWS.index("create view alsolike_source.products") :].split(";")[0]
    )
    assert not noted(pulled(), "no longer there")
    assert stock()["K-BLUE"] is False


def test_a_row_that_was_committed_late_is_within_the_overlap(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled()
    shop.run(
        "update customers set full_name = 'Anna', modified_at = now() - interval '9 minutes'"
        " where id = 1"
    )
    assert counts(pulled())["shoppers"][0] == 1
    # One that took longer than the overlap is found when all rows are compared.
    shop.run(
        "update customers set full_name = 'Anne', modified_at = now() - interval '2 hours'"
        " where id = 1"
    )
    assert counts(pulled())["shoppers"][0] == 0
    monkeypatch.setenv("ALSOLIKE_PULL_COMPARE_MINUTES", "0")
    assert counts(pulled())["shoppers"] == (1, 1, 0, 0)
    assert run("select display_name from raw.shoppers order by shopper_id") == [("Anne",), ("Bob",)]


def test_times_without_a_zone_may_be_behind_the_clock(shop: Shop) -> None:
    """A shop far west of Greenwich writes its local time."""
    shop.run(
        "drop view alsolike_source.reviews; create view alsolike_source.reviews as"
        " select id as review_id, customer_id as shopper_id, sku as product_id, stars as rating,"
        " written_at as reviewed_at, modified_at at time zone 'America/Anchorage' as updated_at"
        " from ratings"
    )
    pulled()
    shop.run("insert into ratings values (2, 2, 'CUP', 4, now(), 'Fine.')")
    assert counts(pulled())["reviews"][0] == 1


def test_products_that_are_gone_leave_the_shelf_and_come_back(shop: Shop) -> None:
    run("insert into raw.products (product_id, title) values ('ELSEWHERE', 'Of another way in')")
    pulled()
    shop.run("delete from variants where sku = 'CUP'")
    summary = pulled()
    assert noted(summary, "products: 1 product that it no longer has taken out of stock.")
    assert stock() == {
        "K-RED": True,
        "K-BLUE": False,
        "SPOON": True,
        "CUP": False,
        "ELSEWHERE": True,
    }
    assert not noted(pulled(), "no longer has")
    shop.run("insert into variants values ('CUP', 11, 399, 9)")
    assert counts(pulled())["products"] == (1, 3, 0, 0)
    assert stock()["CUP"] is True


def test_without_a_stock_column_products_come_back_too(shop: Shop) -> None:
    shop.run(
        "drop view alsolike_source.products; create view alsolike_source.products as"
        " select sku as product_id, sku as title from variants"
    )
    pulled()
    shop.run("delete from variants where sku = 'CUP'")
    pulled()
    assert stock()["CUP"] is False
    shop.run("insert into variants values ('CUP', 11, 399, 9)")
    pulled()
    assert stock()["CUP"] is True


def test_a_cancelled_order_takes_its_purchases_back(shop: Shop) -> None:
    run(
        "insert into raw.products (product_id, title) values ('CUP', 'Cup');"
        "insert into raw.purchases (purchase_id, order_id, product_id, purchased_at)"
        " values ('site-1', 'o', 'CUP', now())"
    )
    pulled()
    shop.run("update orders set state = 'cancelled', modified_at = now() where id = 101")
    assert "1002" in purchases()
    pulled()
    # The order left the view, which only a comparison of all rows shows.
    assert "1002" in purchases()
    assert noted(pulled(is_full=True), "purchases: 1 purchase that it no longer has deleted.")
    assert purchases() == ["1000", "1001", "site-1"]


def test_a_purchase_that_changed_is_replaced(shop: Shop) -> None:
    pulled()
    shop.run("update order_lines set pieces = 1 where id = 1001")
    shop.run("update orders set modified_at = now() where id = 100")
    assert counts(pulled())["purchases"] == (1, 2, 0, 0)
    assert run("select quantity from raw.purchases where purchase_id = '1001'") == [(1,)]
    assert counts(pulled())["purchases"][0] == 0


@pytest.mark.parametrize("kept", ["false", "sku = 'CUP' or sku = 'SPOON'"])
def test_an_empty_source_or_half_of_one_is_refused(shop: Shop, kept: str) -> None:
    pulled()
    shop.run(f"delete from variants where not ({kept})")
    shop.run("update customers set full_name = 'Anna', modified_at = now() where id = 1")
    with pytest.raises(PullError, match=r"lacks \d of the 4 .* --accept-deletes"):
        pulled()
    assert stock()["K-RED"] is True
    assert run("select display_name from raw.shoppers where shopper_id = '1'") == [("Ann",)]
    pulled(accepts_deletes=True)
    assert stock()["K-RED"] is False
    assert run("select display_name from raw.shoppers where shopper_id = '1'") == [("Anna",)]


def test_a_shopper_who_is_gone_is_kept_and_named(shop: Shop) -> None:
    shop.run("insert into customers values (3, 'Cid', null, true)")
    pulled()
    shop.run("delete from customers where id = 3")
    assert noted(pulled(is_full=True), "1 shopper that it no longer has kept", "alsolike erase")
    assert not noted(pulled(is_full=True), "no longer has")
    assert run("select row_id from ops.pulled_rows where gone_at is not null") == [("3",)]
    shop.run("insert into customers values (3, 'Cid', null, true)")
    pulled(is_full=True)
    assert run("select row_id from ops.pulled_rows where gone_at is not null") == []


def test_consent_that_is_withdrawn_holds_at_once(shop: Shop) -> None:
    pulled()
    assert run("select shopper_id from raw.consenting_shoppers") == [("1",)]
    shop.run("update customers set personal_offers = false, modified_at = now() where id = 1")
    assert counts(pulled())["shoppers"] == (1, 1, 0, 0)
    assert run("select shopper_id from raw.consenting_shoppers") == []


def test_unstated_consent_is_refused_unless_the_settings_state_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run("update customers set personal_offers = null where id = 2")
    shop.run("update orders set is_test = false where id = 103")
    with pytest.raises(ConsentNeededError, match=r"1 shopper of .*ALSOLIKE_PULL_CONSENT"):
        pulled()
    assert stock() == {}
    monkeypatch.setenv("ALSOLIKE_PULL_CONSENT", "none")
    pulled()
    assert run("select shopper_id from raw.consenting_shoppers") == [("1",)]


def test_rejected_rows_are_tried_again_until_they_can_be_used(shop: Shop) -> None:
    shop.run("insert into order_lines values (1005, 100, 'LATER', 1, 100)")
    for _ in range(2):
        # In the second round the row is older than what is read by its time.
        assert counts(pulled())["purchases"][2] == 1
        assert run("select source, ids, left(reason, 23) from raw.rejected_rows") == [
            (
                "alsolike_source.purchases",
                {"product_id": "LATER", "purchase_id": "1005"},
                "product_id is 'LATER': ",
            )
        ]
        run("update ops.pulls set watermark = now() + interval '1 hour'")
    shop.run("insert into variants values ('LATER', 11, 100, 1)")
    assert counts(pulled())["purchases"] == (1, 3, 0, 0)
    assert run("select count(*) from raw.rejected_rows") == [(0,)]
    assert "1005" in purchases()


def test_looks_at_pages_are_read_by_their_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run(
        "create table hits (id bigint primary key, sku text, who integer, at timestamptz);"
        "insert into hits values (1, 'CUP', 1, now()), (2, 'CUP', 2, now());"
        "create view alsolike_source.views as select id as view_id, sku as product_id,"
        " who as shopper_id, at as viewed_at, at as updated_at from hits"
    )
    assert counts(pulled())["views"] == (1, 0, 0, 1)
    shop.run("insert into hits values (3, 'CUP', 1, now()); delete from hits where id = 1")
    assert counts(pulled(is_full=True))["views"] == (1, 0, 0, 1)
    assert run("select view_id from raw.views order by 1") == [("1",), ("3",)]
    assert run("select count(*) from ops.pulled_rows where view = 'views'") == [(0,)]
    monkeypatch.setenv("ALSOLIKE_PULL_OVERLAP_MINUTES", "0")
    shop.run("insert into hits values (4, 'CUP', 1, now())")
    assert sum(counts(pulled())["views"]) <= 2


def test_all_rows_are_compared_when_a_view_changes(shop: Shop) -> None:
    pulled()
    shop.run(
        "create or replace view alsolike_source.shoppers as select id as shopper_id,"
        " upper(full_name) as display_name, personal_offers as consent,"
        " modified_at - interval '1 year' as updated_at from customers"
    )
    pulled()
    assert run("select display_name from raw.shoppers order by shopper_id") == [("ANN",), ("BOB",)]


def test_a_view_that_is_not_there_any_more_is_told(shop: Shop) -> None:
    pulled()
    shop.run("drop view alsolike_source.reviews")
    assert noted(pulled(), "alsolike_source.reviews is not there")
    assert run("select count(*) from raw.reviews") == [(1,)]


def test_returns_follow_their_purchases(shop: Shop) -> None:
    shop.run(
        "create table returned (id integer, line integer, at timestamptz, pieces integer);"
        "insert into returned values (1, 1001, now(), 1);"
        "create view alsolike_source.returns as select id as return_id, line as purchase_id,"
        " at as returned_at, pieces as quantity from returned"
    )
    returned = "select quantity, returned_quantity from raw.purchases where purchase_id = '1001'"
    assert counts(pulled())["returns"] == (1, 0, 0, 0)
    assert run(returned) == [(2, 1)]
    shop.run("update returned set pieces = null")
    assert counts(pulled())["returns"] == (1, 0, 0, 0)
    assert run(returned) == [(2, 2)]
    # The pieces of the purchase change, and all of them were returned.
    shop.run("update order_lines set pieces = 3 where id = 1001")
    pulled(is_full=True)
    assert run(returned) == [(3, 3)]
    shop.run("update order_lines set pieces = 1 where id = 1001")
    pulled(is_full=True)
    assert run(returned) == [(1, 1)]
    shop.run("insert into returned values (2, 1000, now(), null), (3, 1002, now(), null)")
    pulled()
    shop.run("delete from returned where id = 1")
    pulled()
    assert run(returned) == [(1, 0)]


def test_an_edited_review_replaces_what_it_was(shop: Shop) -> None:
    pulled()
    shop.run("update ratings set words = 'Very good.', modified_at = now()")
    assert counts(pulled())["reviews"] == (1, 0, 0, 0)
    assert run("select body from raw.reviews") == [("Very good.",)]


def test_a_dry_run_shows_what_a_pull_would_do_and_stores_nothing(shop: Shop) -> None:
    pulled()
    shop.run(
        "delete from variants where sku = 'SPOON'; update goods set name = 'Mug' where id = 11"
    )
    shop.run("insert into order_lines values (1005, 100, 'UNKNOWN', 1, 100)")
    shop.run("delete from ratings")
    before = run("select * from ops.pulled_rows order by 1, 2"), run("select * from ops.pulls")
    tried = pulled(is_trial=True, is_full=True, accepts_deletes=True)
    assert counts(tried) == {
        "products": (1, 2, 0, 0),
        "shoppers": (0, 2, 0, 0),
        "purchases": (0, 3, 1, 0),
        "reviews": (0, 0, 0, 0),
    }
    assert noted(tried, "1 product that it no longer has taken out of stock")
    assert noted(tried, "1 review that it no longer has deleted")
    assert [product["title"] for product in tried.products] == ["Mug"]
    assert run("select count(*) from raw.products where title = 'Mug'") == [(0,)]
    assert run("select count(*) from raw.reviews") == [(1,)]
    after = run("select * from ops.pulled_rows order by 1, 2"), run("select * from ops.pulls")
    assert after == before


def test_an_erased_shopper_does_not_come_back(shop: Shop) -> None:
    shop.run("update customers set full_name = 'Zzyzx', modified_at = now() where id = 1")
    pulled()
    with connect() as connection:
        receipt = erase(connection, "1", source="command")
    # The shopper, two purchases and a review.
    assert receipt.counts["ops.pulled_rows"] == 4
    for _ in range(2):
        assert noted(pulled(is_full=True), "purchases: 2 rows of erased shoppers left out.")
        assert run("select view, row_id from ops.pulled_rows where view <> 'products'") == [
            ("shoppers", "2"),
            ("purchases", "1002"),
        ]
    assert run("select shopper_id from raw.shoppers") == [("2",)]
    assert purchases() == ["1002"]


def test_html_becomes_text(shop: Shop) -> None:
    shop.run("update goods set name = 'Kettle &amp; <i>lid</i>', words = '<p>Boils.</p>1 &lt; 2'")
    shop.run("""update variants set options = '{"colour": "<b>red</b>"}'""")
    shop.run("update ratings set words = 'Good.<br>Very.'")
    pulled()
    assert run(
        "select title, description, attributes from raw.products where product_id = 'K-RED'"
    ) == [("Kettle & lid", "Boils.\n1 < 2", {"colour": "red"})]
    assert run("select body from raw.reviews") == [("Good.\nVery.",)]
    assert counts(pulled()) == NOTHING_NEW
