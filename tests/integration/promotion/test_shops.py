"""From files to the serving model in shops of several kinds, as README does it.

Whatever the shop is like, the model that foretells best serves at the end, without `--force`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from alsolike.demo.write import ShopSize, write_demo_shop
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress
from alsolike.promotion import Decision, Limits, promote
from alsolike.settings import Settings
from alsolike.training import Recipe, train
from alsolike.transform import transform
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder
from tests.shop.database import run
from tests.shop.files import write

GIFT_CARDS = Path(__file__).parents[4] / "shared" / "data" / "gift_cards"
RECIPE = Recipe(neighbours=20, factors=8, characters_up_to=0, validation_slices=2)
START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = 5


def products(count: int) -> str:
    """Return a catalogue whose titles tell the kind of every other product only."""
    lines = (f"p{n},{f'kind{n % KINDS}' if n % 2 else 'thing'} model{n}\n" for n in range(count))
    return "product_id,title\n" + "".join(lines)


def demo(folder: Path) -> None:
    """Write the demo shop, smaller."""
    size = ShopSize(products=120, shoppers=150, days=30)
    write_demo_shop(folder, size, seed=1, ends_at=START, progress=ignore_progress)


def views_only(folder: Path) -> None:
    """Write a shop whose shoppers look and never buy, each at two kinds, over 60 days."""
    random = np.random.default_rng(3)
    lines: list[str] = []
    for shopper in range(150):
        kinds = random.choice(KINDS, 2, replace=False)
        for day in np.sort(random.choice(60, 8, replace=False)):
            number = int(random.choice(kinds)) + KINDS * int(30 * random.random() ** 2)
            moment = START + timedelta(days=int(day), minutes=int(random.integers(900)))
            lines.append(f"v{len(lines)},s{shopper},p{number},{moment.isoformat()}\n")
    write(
        folder,
        products=products(30 * KINDS),
        views="view_id,shopper_id,product_id,viewed_at\n" + "".join(lines),
    )


def sessions_only(folder: Path) -> None:
    """Write a shop of anonymous sessions, each of an hour, that look at one kind."""
    random = np.random.default_rng(4)
    lines: list[str] = []
    for session in range(400):
        begin = START + timedelta(minutes=int(random.integers(60 * 24 * 60)))
        for step in range(int(random.integers(1, 7))):
            number = session % KINDS + KINDS * int(20 * random.random() ** 2)
            moment = begin + timedelta(minutes=3 * step)
            lines.append(f"v{len(lines)},a{session},p{number},{moment.isoformat()}\n")
    write(
        folder,
        products=products(20 * KINDS),
        views="view_id,session_id,product_id,viewed_at\n" + "".join(lines),
    )


def buy_once(folder: Path) -> None:
    """Write a shop where 9 of 10 customers bought once; the others come back to their kind."""
    random = np.random.default_rng(5)
    lines: list[str] = []
    for shopper in range(800):
        day = int(random.integers(200))
        for _ in range(1 if random.random() < 0.9 else 4):
            number = shopper % KINDS + KINDS * int(40 * random.random() ** 3)
            moment = START + timedelta(days=day, minutes=int(random.integers(900)))
            lines.append(f"b{len(lines)},s{shopper},p{number},{moment.isoformat()}\n")
            day += int(random.integers(1, 60))
    write(
        folder,
        products=products(40 * KINDS),
        purchases="purchase_id,shopper_id,product_id,purchased_at\n" + "".join(lines),
    )


def four_shoppers(folder: Path) -> None:
    """Write a shop of four shoppers, who buy three products each."""
    lines = [
        f"b{shopper}-{day},s{shopper},p{(shopper + 3 * day) % 10},2026-01-{1 + 7 * day:02}\n"
        for shopper in range(4)
        for day in range(3)
    ]
    write(
        folder,
        products=products(10),
        purchases="purchase_id,shopper_id,product_id,purchased_at\n" + "".join(lines),
    )


def decide(folder: Path, settings: Settings) -> Decision:
    """Go from files to a decision, as README does; how long an answer takes is no matter here."""
    load_folder(folder, consent="personalisation", report=ignore_progress)
    transform(with_tests=False, report=ignore_progress)
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())
    model = train(RECIPE, report=ignore_progress).model
    return promote(model, limits=Limits(latency=1000), report=ignore_progress)


def assert_best_serves(decision: Decision) -> None:
    """Assert that of the trained and the plain model the one with the better honest NDCG serves."""
    ((serving,),) = run("select name from recs.serving_model join recs.models using (model_id)")
    (ranking,) = (check for check in decision.checks if check.name == "NDCG@10, made anew")
    assert ranking.candidate is not None
    assert ranking.serving is not None
    best = decision.model if ranking.candidate > ranking.serving else decision.previous
    assert serving == best, decision.as_text()


@pytest.mark.parametrize("shop", [demo, views_only, sessions_only, buy_once])
def test_a_trained_model_that_foretells_best_serves_at_the_end(
    database: dict[str, str], settings: Settings, tmp_path: Path, shop: Callable[[Path], None]
) -> None:
    assert database
    folder = tmp_path / "shop"
    shop(folder)
    decision = decide(folder, settings)
    assert decision.kind == "promote", decision.as_text()
    assert_best_serves(decision)


def test_four_shoppers_are_said_to_prove_little(
    database: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    assert database
    four_shoppers(tmp_path / "shop")
    decision = decide(tmp_path / "shop", settings)
    assert_best_serves(decision)
    assert "So few shoppers prove little." in decision.as_text()


@pytest.mark.skipif(not GIFT_CARDS.is_dir(), reason="the folder gift_cards is not there")
def test_gift_cards(database: dict[str, str], settings: Settings) -> None:
    assert database
    decision = decide(GIFT_CARDS, settings)
    assert_best_serves(decision)
