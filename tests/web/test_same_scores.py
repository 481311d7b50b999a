"""Without the database the same products are recommended, with the same scores and reasons.

The snapshot is asked about actions that requests tell of, and so are the neighbours in Postgres.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from psycopg.types.json import Jsonb

from alsolike.neighbours import write_all_neighbours
from alsolike.progress import ignore_progress
from tests.fixtures.steps import kept_shop
from tests.shop.database import execute, run
from tests.shop.kitchen import CATEGORIES, PER_KIND, make_kitchen, make_kitchen_marts

Client = TestClient[Litestar]

SERVING = {
    "decay": 0.8,
    "actions": 8,
    "visit": 0.6,
    "viewed_days": 10,
    # Less than all that the actions lead to.
    "neighbour_rows": 70,
}
# Of each kind of model. Lists by a trained one have two sides.
SERVINGS = {
    # A look weighs as much as a purchase.
    "average": {**SERVING, "kind_weights": {"purchase": 1, "review": 1, "view": 1}},
    # Little that somebody did weighs less than that, much weighs more.
    "trained": {**SERVING, "actions": 30, "full_weight": 6, "neighbour_rows": 300},
}
MODEL = """
    -- In the snapshot the next neighbour stands in for one that is sold out.
    update raw.products set is_in_stock = true;
    -- Of each kind every third product is of a category below.
    update raw.products set category = category || ' > Third'
    where right(product_id, 2)::integer % 3 = 0;
    update raw.products set item_group_id = 'blade'
    where product_id in ('knife-10', 'knife-11', 'knife-12');
    update raw.products set attributes = '{"colour": "red"}'
    where product_id in ('knife-12', 'knife-14', 'pan-05', 'pan-06', 'spade-04');
    insert into recs.product_priors (model_id, product_id, prior)
    select m.model_id, p.product_id, right(p.product_id, 2)::integer / 50.0
    from recs.serving_model as m, raw.products as p
    where p.product_id like '%5';
    -- Who bought a pan or a spade hardly buys another soon.
    insert into recs.repurchase_factors (model_id, product_id, factor, is_own_category)
    select
        n.model_id, n.product_id, case when own.category like 'Garden%' then 0 else 0.3 end,
        string_agg((own.category = p.category)::integer::text, '' order by n.rank)::bit varying
    from recs.neighbours as n
    inner join raw.products as own on n.product_id = own.product_id
    inner join raw.products as p on n.neighbour_id = p.product_id
    where n.product_id not like 'knife%'
    group by n.model_id, n.product_id, own.category;
"""


@pytest.fixture(scope="module", params=SERVINGS)
def kept(
    request: pytest.FixtureRequest,
    postgres_server: dict[str, str],
    s3_server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Make the shop, what its model knows, and a snapshot: its database, and the home."""

    def make() -> None:
        make_kitchen()
        make_kitchen_marts()
        write_all_neighbours(model=None, k=20, sessions=1, report=ignore_progress)
        run(
            "update recs.models set kind = %s, serving = %s",
            (request.param, Jsonb(SERVINGS[request.param])),
        )
        execute(MODEL)

    with kept_shop(postgres_server, s3_server, tmp_path_factory.mktemp("kept"), make) as kept:
        yield kept


def told(*actions: tuple[str, str, timedelta], **others: object) -> dict[str, Any]:
    """Make a request of actions, each a kind, a product, and how long ago it was."""
    now = datetime.now(UTC)
    history = [
        {"kind": kind, "product_id": product, "occurred_at": (now - ago).isoformat()}
        for kind, product, ago in actions
    ]
    return {"k": 30, "history": history, **others}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def somebody(seed: int) -> dict[str, Any]:
    """Make the request of somebody who did this and that."""
    draw = random.Random(seed)  # noqa: S311
    products = [f"{kind}-{n:02}" for kind in CATEGORIES for n in range(PER_KIND)]
    # No moment at which half an hour ends while the test runs.
    moments = [minutes(n) for n in (-2, 1, 7, 20, 45, 90)] + [days(n) for n in (1, 5, 9, 11, 40)]
    actions = [
        (draw.choice(["view", "view", "purchase", "review"]), one, draw.choice(moments))
        for one in draw.choices(products, k=draw.randrange(12))
    ]
    # What was seen again is dated by that.
    actions += [("view", one, minutes(3)) for _, one, _ in actions[:2] if draw.random() < 0.4]
    return told(*actions, basket=draw.sample(products, draw.randrange(3)))


# Requests that fewer products fit than they ask for.
FEW = {"of a few", "of a colour", "a variant among a few"}
LOOKS = ["pan-04", "knife-13", "pan-15", "knife-11"]


def two_sides() -> dict[str, dict[str, Any]]:
    """Make requests of visits, short and longer, after pasts, short and long."""
    past = [f"spade-{n:02}" for n in range(2, 30, 2)] + [f"knife-{n:02}" for n in range(20, 26)]
    assert len(past) == 20
    return {
        f"{visit} looks after {before}, {k} rows": told(
            *(("view", one, minutes(2 + n)) for n, one in enumerate(LOOKS[:visit])),
            *(
                ("view" if n % 3 else "purchase", one, days(1 + n / 4))
                for n, one in enumerate(past[:before])
            ),
            k=k,
        )
        for visit in (1, 2, 4)
        for before in (1, 20)
        for k in (8, 30, 50)
    }


def long_visits() -> dict[str, dict[str, Any]]:
    """Make requests of more looks in a visit than make a taste, after pasts, short and long."""
    looks = [f"pan-{n:02}" for n in range(25)] + [f"knife-{n:02}" for n in range(12)]
    return {
        f"{visit} looks after {before}": told(
            *(("view", one, minutes(1 + n / 2)) for n, one in enumerate(looks[:visit])),
            *(("view", f"spade-{n:02}", days(1 + n / 4)) for n in range(before)),
        )
        for visit in (7, 16, 37)
        for before in (1, 3, 20)
    }


def requests() -> dict[str, dict[str, Any]]:
    """Make the requests, dated from now."""
    return {
        "nothing": told(),
        "a visit": told(("view", "pan-03", minutes(1)), ("view", "pan-04", minutes(9))),
        "a visit and a past": told(
            ("view", "pan-03", minutes(1)),
            ("view", "knife-04", minutes(25)),
            ("view", "spade-04", minutes(54)),
            ("view", "spade-06", minutes(90)),
            ("purchase", "spade-08", days(3)),
        ),
        "a past alone": told(("view", "pan-03", minutes(31)), ("purchase", "knife-04", days(2))),
        "bought, then seen again": told(
            ("purchase", "pan-03", days(5)),
            ("view", "pan-03", minutes(2)),
            ("view", "pan-04", days(1)),
        ),
        "bought, then seen again, long ago": told(
            ("purchase", "pan-03", days(20)), ("view", "pan-03", days(15))
        ),
        "a purchase of what is not bought again soon": told(("purchase", "pan-03", minutes(2))),
        "looks at its kind, then that purchase": told(
            ("view", "pan-04", minutes(9)),
            ("view", "pan-15", minutes(5)),
            ("view", "spade-05", minutes(4)),
            ("purchase", "pan-03", minutes(2)),
        ),
        "that purchase, then looks at its kind": told(
            ("purchase", "pan-03", minutes(9)),
            ("view", "pan-04", minutes(5)),
            ("view", "pan-15", minutes(2)),
        ),
        "a purchase of what never is": told(("purchase", "spade-05", minutes(2))),
        "a purchase of what is": told(("purchase", "knife-05", minutes(2))),
        "a look as far back as leaves it out": told(("view", "pan-03", days(9.9))),
        "a look further back": told(("view", "pan-03", days(10.1))),
        "a review further back": told(("review", "pan-03", days(10.1))),
        "another page": told(
            ("view", "pan-03", minutes(1)), exclude=["pan-02", "pan-05", "knife-05"]
        ),
        "of a category": told(("view", "pan-03", minutes(1)), filter={"category": "Kitchen"}),
        "of a few": told(
            ("view", "pan-03", minutes(1)), candidates=[f"pan-{n:02}" for n in range(0, 30, 2)]
        ),
        "two sides of a category": told(
            ("view", "pan-03", minutes(1)),
            ("view", "spade-03", days(1)),
            ("purchase", "knife-03", days(2)),
            filter={"category": "Kitchen"},
        ),
        # Of the group one variant fits.
        "of a colour": told(
            ("view", "knife-13", minutes(1)),
            ("view", "pan-09", days(1)),
            filter={"attributes": {"colour": "red"}},
        ),
        "a variant among a few": told(
            ("view", "knife-13", minutes(1)), candidates=["knife-11", "knife-15", "pan-01"]
        ),
        "of one group": told(("view", "knife-13", minutes(1)), ("view", "knife-09", days(1))),
        **{f"somebody, {seed}": somebody(seed) for seed in range(25)},
        **two_sides(),
        **long_visits(),
    }


def answers(site: Client, asked_by: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for name, asked in asked_by.items():
        response = site.post("/v1/recommendations", json=asked)
        assert response.status_code == 200, response.text
        found[name] = response.json()["items"]
    return found


def shown(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            item["product_id"],
            item["source"],
            item["reason"]["kind"],
            item["reason"]["product_id"],
            item["variants"],
        )
        for item in items
    ]


def test_the_snapshot_scores_as_the_database_does(
    site: Client, only: Callable[[str], AbstractContextManager[Any]]
) -> None:
    asked = requests()
    with only("neighbours"):
        expected = answers(site, asked)
    with only("snapshot"):
        found = answers(site, asked)
    for name, items in expected.items():
        assert shown(found[name]) == shown(items), name
        scores, own = ([one["score"] or 0 for one in both] for both in (items, found[name]))
        assert own == pytest.approx(scores, rel=1e-5), name
        assert len(items) == asked[name]["k"] or name in FEW
    # The rules are felt at all.
    first = {name: items[0]["product_id"] for name, items in expected.items()}
    assert first["a purchase of what is not bought again soon"] != first["a visit"]
    kept = {name: {item["product_id"] for item in items} for name, items in expected.items()}
    assert "pan-03" in kept["a look further back"]
    assert "pan-03" not in kept["a look as far back as leaves it out"]
    assert "pan-03" not in kept["a review further back"]
    for name in ("bought, then seen again", "bought, then seen again, long ago"):
        assert "pan-03" not in kept[name]
        reasons = {item["reason"]["product_id"]: item["reason"]["kind"] for item in expected[name]}
        assert reasons["pan-03"] == "bought"
    assert "knife-12" in kept["of a colour"]
    assert "knife-11" in kept["a variant among a few"]
    if run("select kind from recs.models") == [("trained",)]:
        # However long a visit is, some cards come from before it.
        for name in long_visits():
            if name.endswith(" after 20"):
                reasons = [item["reason"]["product_id"] or "" for item in expected[name][:12]]
                assert sum(not one.startswith(("pan", "knife")) for one in reasons) >= 4, name


def test_a_list_has_two_sides_and_priors_count_less_where_little_was_done(
    site: Client, only: Callable[[str], AbstractContextManager[Any]]
) -> None:
    with only("snapshot"):
        found = answers(site, two_sides())
    ((kind,),) = run("select kind from recs.models")
    of_visit = {
        name: sum(item["reason"]["product_id"] in LOOKS for item in items[:10])
        for name, items in found.items()
        if not name.endswith(" 8 rows")
    }
    if kind == "average":
        assert max(of_visit.values()) > 8, "such a list has one side"
        return
    # At most round(10 * (1 - 0.42 * past / (past + 1))), and at least what the others leave.
    bounds = {"1 looks after 1,": (6, 8), "4 looks after 20,": (4, 6), "2 looks": (3, 8)}
    for start, (least, most) in bounds.items():
        places = [count for name, count in of_visit.items() if name.startswith(start)]
        assert least <= min(places) <= max(places) <= most, start
    # A pan and a spade lead to no knife: their scores are what counts of the priors. A look, and a
    # purchase at the decay of 0.8, weigh 3.4 of 6; the past has (1 - 0.6 / 2) / 2 of it.
    shares = [
        item["score"] / (int(item["product_id"][-2:]) / 50)
        for item in found["1 looks after 1, 50 rows"]
        if item["product_id"] in {"knife-05", "knife-15", "knife-25"}
    ]
    assert shares == pytest.approx([3.4 / 6 * 0.35] * 3)
