"""Returns, refunds and cancellations take a purchase back; an edited review replaces the old."""

from pathlib import Path

import pytest

from alsolike.database import connect
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import run
from tests.shop.files import load, noted, select, write

PRODUCTS = "product_id,title\np1,Kettle\np2,Pot\np3,Pan\n"
HEAD = "purchase_id,shopper_id,product_id,purchased_at,quantity,order_id"
PURCHASES = (
    f"{HEAD}\nb1,s1,p1,2026-01-01T00:00:00Z,3,o1\nb2,s1,p2,2026-01-01T00:00:00Z,1,o1\n"
    "b3,s2,p1,2026-01-02T00:00:00Z,1,o2\nb4,s2,p2,2026-01-02T00:00:00Z,1,o2\n"
    "b5,s3,p1,2026-01-03T00:00:00Z,1,o3\nb6,s3,p2,2026-01-03T00:00:00Z,1,o3\n"
)
RETURNED = "select purchase_id, returned_quantity from raw.purchases where returned_quantity > 0"


def returns(*rows: str) -> str:
    return "\n".join(["return_id,purchase_id,returned_at,quantity", *rows, ""])


@pytest.fixture
def shop(database: dict[str, str], tmp_path: Path) -> Path:
    assert database
    return write(tmp_path, products=PRODUCTS, purchases=PURCHASES)


def test_a_return_comes_once_and_stays_as_a_row(shop: Path) -> None:
    write(shop, returns=returns("r1,b2,2026-01-09,", "r1,b2,2026-01-09,"))
    summary = load(shop)
    assert summary.files[-1].counts == (1, 1, 0, 0)
    assert load(shop).files[-1].counts == (0, 2, 0, 0)
    assert select(f"{RETURNED} order by 1") == [("b2", 1)]
    assert select("select return_id, purchase_id, quantity from raw.returns") == [
        ("r1", "b2", None)
    ]
    # The purchase stays, too.
    assert select("select count(*) from raw.purchases") == [(6,)]


def test_returns_of_some_pieces_add_up_to_what_was_bought(shop: Path) -> None:
    write(shop, returns=returns("r1,b1,2026-01-09,1"))
    load(shop)
    assert select(RETURNED) == [("b1", 1)]
    write(shop, returns=returns("r2,b1,2026-01-10,1"))
    load(shop)
    assert select(RETURNED) == [("b1", 2)]
    write(shop, returns=returns("r3,b1,2026-01-11,2"))
    load(shop)
    assert select(RETURNED) == [("b1", 3)]


def test_a_return_that_cannot_be_used_is_rejected_with_its_reason(shop: Path) -> None:
    write(
        shop,
        returns=returns(
            "r1,b9,2026-01-09,",
            "r2,b1,2026-01-09,0",
            "r3,b1,soon,",
            "status:b1,b1,2026-01-09,",
            "r4,b1,2026-01-09,some",
            "r4,b2,2026-01-09,1",
        ),
    )
    summary = load(shop)
    assert summary.files[-1].counts == (1, 0, 5, 0)
    assert select("select ids ->> 'purchase_id', reason from raw.rejected_rows order by line") == [
        (
            "b9",
            (
                "purchase_id is 'b9': expected a purchase that is loaded: load it before its "
                "return or with it"
            ),
        ),
        ("b1", "quantity is '0': expected a whole number from 1"),
        ("b1", "returned_at is 'soon': expected a time like 2026-01-31T12:00:00Z"),
        ("b1", "return_id is 'status:b1': such an id stands for the status of a purchase"),
        (
            "b2",
            (
                "return_id is 'r4', which is there with other content: expected an id of its own, "
                "because a return never changes"
            ),
        ),
    ]
    assert noted(summary, "quantity taken as all of them", "line 6 has 'some'")
    assert select(RETURNED) == [("b1", 3)]


def test_a_return_before_its_purchase_counts_once_both_are_there(
    database: dict[str, str], tmp_path: Path
) -> None:
    early = write(tmp_path / "1", products=PRODUCTS, returns=returns("r1,b1,2026-01-09,"))
    assert load(early).files[-1].counts == (0, 0, 1, 0)
    load(write(tmp_path / "2", purchases=PURCHASES))
    assert load(early).files[-1].counts == (1, 0, 0, 0)
    assert select(RETURNED) == [("b1", 3)]


@pytest.mark.parametrize(
    ("status", "is_taken_back"),
    [
        ("refunded", True),
        ("Cancelled", True),
        ("wc-cancelled", True),
        ("voided", True),
        ("storniert", True),
        ("REFUND", True),
        ("cancel", True),
        ("annulée", True),
        ("Rückerstattet", True),
        ("versandt", False),
        ("paid", False),
        ("Partially refunded", False),
        ("", False),
        ("?", False),
    ],
)
def test_the_status_of_a_purchase_takes_it_back(
    database: dict[str, str], tmp_path: Path, status: str, is_taken_back: bool
) -> None:
    purchases = f"{HEAD},status\nb1,s1,p1,2026-01-01T00:00:00Z,2,o1,{status}\n"
    folder = write(tmp_path, products=PRODUCTS, purchases=purchases)
    summary = load(folder)
    assert summary.files[-1].counts == (1, 0, 0, 0)
    assert load(folder).files[-1].counts == (0, 1, 0, 0)
    assert select(RETURNED) == ([("b1", 2)] if is_taken_back else [])
    assert noted(summary, "status left empty", "'?'") == (status == "?")


def test_a_status_that_changes_takes_a_purchase_back_and_gives_it_again(shop: Path) -> None:
    load(shop)
    for status, counts, returned in (
        ("refunded", (1, 0, 0, 0), [("b2", 1)]),
        ("", (0, 1, 0, 0), [("b2", 1)]),
        ("completed", (1, 0, 0, 0), []),
    ):
        line = f"b2,s1,p2,2026-01-01T00:00:00Z,1,o1,{status}"
        write(shop, purchases=f"{HEAD},status\n{line}\n")
        assert load(shop).files[-1].counts == counts
        assert select(RETURNED) == returned


def test_a_refund_of_another_purchase_under_the_same_id_takes_nothing_back(shop: Path) -> None:
    load(shop)
    write(shop, purchases=f"{HEAD},status\nb2,s2,p2,2026-01-01T00:00:00Z,1,o1,refunded\n")
    assert load(shop).files[-1].counts == (0, 0, 1, 0)
    assert select(RETURNED) == []


def test_a_negative_quantity_names_the_way_to_tell_of_a_return(shop: Path) -> None:
    write(shop, purchases=f"{HEAD}\nb7,s1,p1,2026-01-01T00:00:00Z,-1,o1\n")
    load(shop)
    ((reason,),) = select("select reason from raw.rejected_rows")
    assert reason.endswith("a return is told by the column status or a file")


def test_a_return_counts_nowhere_and_again_if_it_is_deleted(shop: Path) -> None:
    load(shop)
    transform(with_tests=False, report=ignore_progress)
    popular = (
        "select product_id, purchases_all_time from marts.product_popularity "
        "where purchases_all_time > 0 order by 1"
    )
    pairs = "select together from marts.product_pairs where product_id = 'p1'"
    history = "select count(*) from marts.shopper_events"
    assert select(popular) == [("p1", 3), ("p2", 3)]
    assert select(pairs) == [(3,)]
    write(shop, returns=returns("r1,b3,2026-01-09,", "r2,b1,2026-01-09,2", "r3,b5,2026-01-09,1"))
    load(shop)
    transform(with_tests=False, report=ignore_progress)
    # Of b1 one piece is left.
    assert select(popular) == [("p1", 1), ("p2", 3)]
    assert select(pairs) == []
    assert select(history) == [(4,)]
    run("delete from raw.returns where return_id = 'r3'")
    transform(with_tests=False, report=ignore_progress)
    assert select(popular) == [("p1", 2), ("p2", 3)]
    assert select(history) == [(5,)]


def test_what_was_returned_is_recommended_again_and_no_action(shop: Path) -> None:
    load(shop)
    left_out = "select recs.left_out('s1') @> '{p1}', recs.left_out('s1') @> '{p2}'"
    acted = "select product_id from unnest(recs.recent_actions('s1', null)) order by 1"
    assert select(left_out) == [(True, True)]
    with connect(role="alsolike_app") as app:
        # The site may write a return, though it may not write to a purchase.
        app.execute(
            "insert into raw.returns (return_id, purchase_id, returned_at) "
            "values ('r1', 'b2', now()), ('r2', 'b1', now())"
        )
    assert select(left_out) == [(False, False)]
    assert select(acted) == []
    run("delete from raw.purchases where purchase_id = 'b1'")
    assert select("select return_id from raw.returns") == [("r1",)]


REVIEW_HEAD = "review_id,shopper_id,product_id,rating,reviewed_at,title,body\n"


def test_an_edited_review_replaces_what_it_was(database: dict[str, str], tmp_path: Path) -> None:
    stored = "select rating, body from raw.reviews"
    folder = write(
        tmp_path,
        products=PRODUCTS,
        reviews=f"{REVIEW_HEAD}r1,s1,p1,5,2026-01-02T00:00:00Z,,Splendid.\n",
    )
    load(folder)
    transform(with_tests=False, report=ignore_progress)
    # Of the same time: the shop does not say when it was edited.
    write(folder, reviews=f"{REVIEW_HEAD}r1,s1,p1,2,2026-01-02T00:00:00Z,,It leaks.\n")
    assert load(folder).files[-1].counts == (1, 0, 0, 0)
    assert load(folder).files[-1].counts == (0, 1, 0, 0)
    assert select(stored) == [(2, "It leaks.")]
    details = "select content, content_hash from marts.product_documents where part = 'details'"
    before = select(details)
    transform(with_tests=False, report=ignore_progress)
    after = select(details)
    assert "Splendid." in before[0][0]
    assert "It leaks." in after[0][0]
    assert before[0][1] != after[0][1]
    assert select("select rating from staging.int_events") == [(2,)]
    # An older file does not undo it, in whatever order its lines are.
    write(
        folder,
        reviews=f"{REVIEW_HEAD}r1,s1,p1,3,2026-02-02T00:00:00Z,,Mended.\n"
        "r1,s1,p1,1,2026-01-01T00:00:00Z,,New.\n",
    )
    assert load(folder).files[-1].counts == (1, 1, 0, 0)
    write(folder, reviews=f"{REVIEW_HEAD}r1,s1,p1,1,2026-01-01T00:00:00Z,,New.\n")
    summary = load(folder)
    assert summary.files[-1].counts == (0, 1, 0, 0)
    assert noted(summary, "1 review left out: a later version is there")
    assert select(stored) == [(3, "Mended.")]


@pytest.mark.parametrize("other", ["r1,s2,p1", "r1,s1,p2"])
def test_a_review_keeps_its_shopper_and_product(
    database: dict[str, str], tmp_path: Path, other: str
) -> None:
    folder = write(
        tmp_path,
        products=PRODUCTS,
        reviews=f"{REVIEW_HEAD}r1,s1,p1,5,2026-01-02T00:00:00Z,,Splendid.\n",
    )
    load(folder)
    write(folder, reviews=f"{REVIEW_HEAD}{other},1,2026-03-02T00:00:00Z,,Bad.\n")
    assert load(folder).files[-1].counts == (0, 0, 1, 0)
    assert select("select shopper_id, product_id, rating from raw.reviews") == [("s1", "p1", 5)]
    ((reason,),) = select("select reason from raw.rejected_rows")
    assert reason.endswith("because an edited review keeps its shopper and product")
