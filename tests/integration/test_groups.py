"""Variants of one product: a list shows one of each group, and none of the group asked about.

Twelve tees (v00000 to v00011) lie closest together; what comes after is single, but v00012 and
v00013, two sizes of one mug.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart, make_marts
from tests.shop.models import add_trained, add_vectors
from tests.shop.shoppers import add_shopper
from tests.shop.vectors import name_of

COUNT = 24
TEES = {name_of(number) for number in range(12)}
MUGS = {name_of(12), name_of(13)}
# The tees and the mugs are one each.
GROUPS = COUNT - 11 - 1
WAYS = ("vectors", "neighbours", "popular")
by_each_way = pytest.mark.parametrize("way", WAYS)


def nearby(count: int) -> NDArray[np.float32]:
    """Return vectors in a row, so that the nearest products have the nearest numbers."""
    angles = np.arange(count) * (np.pi / count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture(autouse=True)
def shop(database: dict[str, str]) -> None:
    assert database
    make_marts("product_popularity", "product_pairs")
    make_mart("rebuyable_products")
    # Each product has the next ten as neighbours, so that those of a tee are mostly tees.
    add_trained(
        nearby(COUNT),
        {
            number: [((number + step) % COUNT, 0.9 / step) for step in range(1, 11)]
            for number in range(COUNT)
        },
    )
    add_rows(
        "marts.product_popularity",
        ({"product_id": name_of(n), "rank_recent": n + 1} for n in range(COUNT)),
    )
    run("update raw.products set item_group_id = 'tee' where product_id = any(%s)", [[*TEES]])
    run("update raw.products set item_group_id = 'mug' where product_id = any(%s)", [[*MUGS]])
    add_shopper("s")


def ids(statement: str, *parameters: object) -> list[str]:
    return [row[0] for row in run(statement, parameters)]


def similar(product: int, k: int, way: str, exclude: list[str] | None = None) -> list[str]:
    return ids(
        "select product_id from recs.similar_products(%s, %s, %s, p_way => %s) order by rank",
        name_of(product),
        k,
        exclude or [],
        way,
    )


def recommended(k: int, way: str, *told: int, exclude: list[str] | None = None) -> list[str]:
    # What was looked at long ago may be shown again.
    lately = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    history = [{"kind": "view", "product_id": name_of(one), "acted_at": lately} for one in told]
    return ids(
        "select product_id from recs.recommend_with_reasons("
        "  's', null, %s, %s, p_history => %s, p_way => %s) order by rank",
        k,
        exclude or [],
        Jsonb(history),
        way,
    )


@by_each_way
def test_like_a_tee_there_is_no_other_tee_and_one_mug(way: str) -> None:
    found = similar(0, 50, way)
    assert len(found) == len({*found}) == GROUPS - 1
    assert not TEES & {*found}
    assert len(MUGS & {*found}) == 1
    # A short list is full, and the beginning of the long one.
    assert similar(0, 5, way) == found[:5]


@by_each_way
def test_what_a_page_has_shown_is_left_out_in_all_its_variants(way: str) -> None:
    found = similar(20, 50, way)
    assert len(TEES & {*found}) == len(MUGS & {*found}) == 1
    rest = similar(20, 50, way, exclude=[name_of(3), name_of(13)])
    assert not (TEES | MUGS) & {*rest}
    assert len(rest) == GROUPS - 3


@by_each_way
def test_recommendations_have_one_of_each_group(way: str) -> None:
    found = recommended(50, way, 20)
    assert len(found) == GROUPS - 1
    assert len(TEES & {*found}) == len(MUGS & {*found}) == 1
    # Neither a variant of what was looked at, nor of what was shown.
    found = recommended(50, way, 0, exclude=[name_of(12)])
    assert not (TEES | MUGS) & {*found}
    assert len(found) == GROUPS - 2
    assert recommended(4, way, 0, exclude=[name_of(12)]) == found[:4]


@by_each_way
def test_who_bought_one_tee_is_offered_no_other_unless_it_is_bought_again(way: str) -> None:
    add_rows(
        "raw.purchases",
        [
            {
                "purchase_id": "1",
                "shopper_id": "s",
                "product_id": name_of(0),
                "purchased_at": "2026-01-02",
            }
        ],
    )
    assert not TEES & {*recommended(50, way)}
    add_rows("marts.rebuyable_products", ({"product_id": one, "days_between": 10} for one in TEES))
    assert len(TEES & {*recommended(50, way)}) == 1
    run("insert into recs.hides (shopper_id, product_id) values ('s', %s)", [name_of(5)])
    assert not TEES & {*recommended(50, way)}


@by_each_way
def test_a_filter_finds_the_variant_that_fits(way: str) -> None:
    run(
        """update raw.products set attributes = '{"colour": "red"}' where product_id = any(%s)""",
        [[name_of(7), name_of(8), name_of(20)]],
    )
    red = ids(
        "select product_id from recs.recommend_with_reasons('s', null, 10, p_filter => "
        "jsonb_populate_record(null::recs.product_filter, %s), p_way => %s)",
        Jsonb({"attributes": {"colour": "red"}}),
        way,
    )
    assert len(red) == 2
    assert name_of(20) in red
    assert {*red} & {name_of(7), name_of(8)}


def near_twenty(
    *,
    exclude: Sequence[str] = (),
    candidates: Sequence[str] | None = None,
    fitting: dict[str, object] | None = None,
) -> list[str]:
    """Return the neighbours of product 20, the same way by way and for who looked at it."""
    rest = (
        "p_k => 3, p_exclude => %s, p_candidates => %s, "
        "p_filter => jsonb_populate_record(null::recs.product_filter, %s), p_way => %s)"
    )
    asked: list[object] = [[*exclude], candidates, None if fitting is None else Jsonb(fitting)]
    lately = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    history = [{"kind": "view", "product_id": name_of(20), "acted_at": lately}]
    lists: set[tuple[str, ...]] = set()
    for way in ("vectors", "neighbours"):
        similar_ones = run(
            f"select product_id, source from recs.similar_products(%s, {rest} order by rank",
            [name_of(20), *asked, way],
        )
        lists.add(tuple(one for one, source in similar_ones if source == "neighbours"))
        rows = run(
            "select product_id, reason_kind, reason_product_id from recs.recommend_with_reasons("
            f"'s', null, p_history => %s, {rest} where score is not null order by rank",
            [Jsonb(history), *asked, way],
        )
        # Below the neighbours come the nearest by vector.
        own = [one for one, kind, reason in rows if (kind, reason) == ("viewed", name_of(20))]
        lists.add(tuple(own[: len(similar_ones)]) if way == "neighbours" else tuple(own))
    (found, *others) = sorted(lists, key=len)
    assert all(other[: len(found)] == found for other in others)
    return [*found]


@pytest.fixture
def neighbours_of_twenty() -> None:
    """Have a tee, a single product and a mug alone as neighbours of product 20."""
    run("delete from recs.neighbours")
    add_rows(
        "recs.neighbours",
        (
            {
                "model_id": 1,
                "product_id": name_of(20),
                "rank": rank,
                "neighbour_id": name_of(other),
                "score": 0.9 / rank,
            }
            for rank, other in enumerate((2, 14, 12), 1)
        ),
    )


@pytest.mark.usefixtures("neighbours_of_twenty")
def test_a_stored_variant_that_does_not_fit_gives_its_place_to_one_that_does() -> None:
    assert near_twenty() == [name_of(2), name_of(14), name_of(12)]
    run("update raw.products set is_in_stock = false where product_id = %s", [name_of(2)])
    run("update raw.products set is_hidden = true where product_id = %s", [name_of(0)])
    assert near_twenty() == [name_of(1), name_of(14), name_of(12)]
    # One in stock comes before one that is sold out, whatever the filter says.
    run("update raw.products set is_hidden = true where product_id = %s", [name_of(2)])
    run("update raw.products set is_in_stock = false where product_id = %s", [name_of(1)])
    assert near_twenty(fitting={"with_sold_out": True})[0] == name_of(3)
    run(
        """update raw.products set attributes = '{"colour": "red"}' where product_id = any(%s)""",
        [[name_of(n) for n in (8, 9, 12, 13)]],
    )
    red = {"attributes": {"colour": "red"}}
    assert near_twenty(fitting=red) == [name_of(8), name_of(12)]
    assert near_twenty(candidates=[name_of(n) for n in (7, 10, 14)]) == [name_of(7), name_of(14)]
    assert near_twenty(candidates=[name_of(9), name_of(10)], fitting=red) == [name_of(9)]
    # What is left out is in all its variants.
    assert near_twenty(exclude=[name_of(5)], fitting=red) == [name_of(12)]
    run("update raw.products set is_hidden = true where product_id = any(%s)", [[*TEES]])
    assert near_twenty() == [name_of(14), name_of(12)]


@pytest.mark.usefixtures("neighbours_of_twenty")
def test_two_stored_variants_give_their_places_to_one() -> None:
    run(
        "update recs.neighbours set neighbour_id = %s where neighbour_id = %s",
        [name_of(4), name_of(14)],
    )
    run(
        "update raw.products set is_in_stock = false where product_id = any(%s)",
        [[name_of(2), name_of(4)]],
    )
    assert near_twenty() == [name_of(0), name_of(12)]


def test_popular_lists_and_their_pages_have_one_of_each_group() -> None:
    statement = "select product_id from recs.popular_products(%s, %s)"
    first = ids(statement, 3, [])
    assert first == [name_of(0), name_of(12), name_of(14)]
    assert ids(statement, 50, first) == [name_of(n) for n in range(15, COUNT)]


def test_what_goes_with_a_product_is_one_of_each_group() -> None:
    make_mart(
        "product_complements",
        (
            {
                "product_id": name_of(12),
                "rank": rank,
                "other_product_id": name_of(other),
                "score": 1 / rank,
                "together": 3,
                "lift": 2,
                "basis": "pair",
            }
            for rank, other in enumerate((13, 5, 4, 20), 1)
        ),
    )
    rows = run("select rank, product_id, score from recs.goes_with(%s)", [name_of(12)])
    assert rows == [(1, name_of(5), 1 / 2), (2, name_of(20), 1 / 4)]
    assert ids(
        "select product_id from recs.goes_with(%s, p_exclude => %s)", name_of(12), ["x"]
    ) == [
        name_of(5),
        name_of(20),
    ]

    # Another variant takes the place of one that cannot be had.
    run(
        "update raw.products set is_in_stock = product_id = any(%s), is_hidden = product_id = %s "
        "where product_id = any(%s)",
        [[name_of(0), name_of(3), name_of(6)], name_of(0), [*TEES]],
    )
    rows = run("select rank, product_id, score from recs.goes_with(%s)", [name_of(12)])
    assert rows == [(1, name_of(3), 1 / 2), (2, name_of(20), 1 / 4)]
    run(
        """update raw.products set attributes = '{"colour": "red"}' where product_id = any(%s)""",
        [[name_of(6), name_of(7)]],
    )
    assert ids(
        "select product_id from recs.goes_with(%s, p_filter => "
        "jsonb_populate_record(null::recs.product_filter, %s))",
        name_of(12),
        Jsonb({"attributes": {"colour": "red"}}),
    ) == [name_of(6)]
    assert ids(
        "select product_id from recs.goes_with(%s, p_exclude => %s)", name_of(12), [name_of(9)]
    ) == [name_of(20)]


def test_recently_viewed_and_bought_again_have_the_first_of_a_group() -> None:
    for number, product in enumerate((0, 1, 20, 1)):
        run(
            "insert into raw.views (view_id, shopper_id, product_id, viewed_at) values "
            "(%s, 's', %s, timestamptz '2026-01-01' + %s * interval '1 day')",
            [f"v{number}", name_of(product), number],
        )
        run(
            "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) values "
            "(%s, 's', %s, timestamptz '2026-01-01' + %s * interval '1 day')",
            [f"b{number}", name_of(product), number],
        )
    viewed = run("select rank, product_id, view_id from recs.recently_viewed('s', null)")
    assert viewed == [(1, name_of(1), "v3"), (2, name_of(20), "v2")]
    add_rows(
        "marts.rebuyable_products",
        ({"product_id": name_of(n), "days_between": 10} for n in (0, 1, 20)),
    )
    again = run("select rank, product_id from recs.buy_again('s')")
    assert {product for _, product in again} == {name_of(1), name_of(20)}
    assert [rank for rank, _ in again] == [1, 2]


def test_a_search_finds_one_of_each_group_on_all_pages() -> None:
    run("update raw.products set title = 'Thing'")
    run("update raw.products set title = 'Thing in red' where product_id = %s", [name_of(4)])
    statement = "select product_id, score from recs.search_products(%s, p_k => 5"
    found = run(f"{statement})", ["thing"])
    pages = [*found]
    while len(found) == 5:
        product_id, score = found[-1]
        found = run(
            f"{statement}, p_after_score => %s, p_after_id => %s)", ["thing", score, product_id]
        )
        pages += found
    shown = {product_id for product_id, _ in pages}
    assert len(pages) == len(shown) == GROUPS
    assert ids("select product_id from recs.search_products(%s)", "thing red")[0] == name_of(4)


@pytest.mark.parametrize("is_large", [False, True])
def test_stored_neighbours_are_of_distinct_groups(is_large: bool) -> None:
    count = 2100 if is_large else 60
    model = add_vectors(nearby(count), "plain")
    run("update raw.products set item_group_id = null")
    run(
        "update raw.products set item_group_id = right(product_id, 5)::integer / 6 "
        "where right(product_id, 5)::integer >= 12"
    )
    if is_large:
        run("select recs.build_vector_index(%s)", [model])
    write_all_neighbours(model="plain", k=5, sessions=1, report=ignore_progress)
    wrong = run(
        "select n.product_id from recs.neighbours as n "
        "inner join raw.products as o on n.product_id = o.product_id "
        "inner join raw.products as p on n.neighbour_id = p.product_id "
        "where n.model_id = %s group by n.product_id, o.item_group_id having count(*) <> 5 "
        "or count(distinct coalesce(p.item_group_id, p.product_id)) <> 5 "
        "or bool_or(o.item_group_id = p.item_group_id)",
        [model],
    )
    assert wrong == []
    assert run(
        "select count(distinct product_id) from recs.neighbours where model_id = %s", [model]
    ) == [(count,)]


def test_of_a_group_a_stored_neighbour_is_one_in_stock_if_any_is() -> None:
    model = add_vectors(nearby(60), "plain")
    run(
        "update raw.products set item_group_id = right(product_id, 5)::integer / 6, "
        "is_in_stock = mod(right(product_id, 5)::integer, 6) = 3 or product_id < 'v00006'"
    )
    run("update raw.products set is_hidden = true where product_id in ('v00009', 'v00005')")
    write_all_neighbours(model="plain", k=9, sessions=1, report=ignore_progress)
    rows = run(
        "select distinct p.item_group_id::integer, n.neighbour_id from recs.neighbours as n "
        "inner join raw.products as p on n.neighbour_id = p.product_id where n.model_id = %s",
        [model],
    )
    # The nearest in stock; of the second group there is none.
    assert {one for group, one in rows if group == 0} == {name_of(4)}
    assert {group for group, _ in rows} == {*range(10)}
    assert {one for group, one in rows if group > 1} == {name_of(n) for n in range(15, 60, 6)}


def test_newcomers_take_the_place_of_variants_that_are_sold_out() -> None:
    model = add_trained(
        nearby(COUNT),
        {
            number: [((number + step) % (COUNT - 1), 0.9 / step) for step in range(1, 11)]
            for number in range(COUNT - 1)
        },
        name="extended",
        learned={"newcomer_scale": 0.5},
    )
    run("update recs.models set parameters = '{\"neighbours\": 10}' where model_id = %s", [model])
    newcomer = name_of(COUNT - 1)
    run("update raw.products set item_group_id = null")
    run(
        "update raw.products set item_group_id = 'hat' where product_id = any(%s)",
        [[name_of(16), newcomer]],
    )
    run("update raw.products set is_in_stock = false where product_id = %s", [name_of(16)])
    write_all_neighbours(model="extended", k=10, sessions=1, report=ignore_progress)
    rows = run(
        "select rank, neighbour_id, score from recs.neighbours "
        "where model_id = %s and product_id = %s and rank <= 2",
        [model, name_of(15)],
    )
    assert rows == [(1, newcomer, pytest.approx(0.9)), (2, name_of(17), pytest.approx(0.45))]


def test_a_visit_keeps_its_places_where_neighbours_are_mostly_of_one_group() -> None:
    """Neighbours from before groups existed: forty variants are read before any other product."""
    visited, looked_at_before = 0, 60
    add_trained(
        nearby(90),
        {
            visited: [(n, 1 - n / 100) for n in range(1, 60)],
            looked_at_before: [(n, 1 - n / 100) for n in range(61, 90)],
        },
        name="sides",
    )
    run("update raw.products set item_group_id = null")
    run(
        "update raw.products set item_group_id = 'shirt' where product_id between %s and %s",
        [name_of(1), name_of(40)],
    )
    now = datetime.now(UTC)
    history = [
        {"kind": "view", "product_id": name_of(one), "acted_at": (now - before).isoformat()}
        for one, before in ((visited, timedelta()), (looked_at_before, timedelta(days=2)))
    ]
    for way in ("vectors", "neighbours"):
        reasons = ids(
            "select reason_product_id from recs.recommend_with_reasons("
            "'s', null, 10, p_history => %s, p_model => 'sides', p_way => %s) order by rank",
            Jsonb(history),
            way,
        )
        # At least 1 - 0.75 / 2 of them, since one product came before.
        assert reasons.count(name_of(visited)) >= 6


def test_a_shop_without_groups_has_every_product_by_itself() -> None:
    run("update raw.products set item_group_id = null")
    assert run("select recs.has_groups(), recs.with_variants(array['v00000', null])") == [
        (False, ["v00000"])
    ]
    assert similar(0, 3, "neighbours") == [name_of(1), name_of(2), name_of(3)]
