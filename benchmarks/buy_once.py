"""A marketplace where 96 of 100 customers bought once: training time, and what the model is worth.

    python -m benchmarks.buy_once [--shoppers 7000] [--products 5000] [--seed 1]

The shop is drawn in the proportions of a real marketplace: nine of ten purchases are reviewed, a
few products sell much more than most, one order in ten holds a second item, and those who come back
mostly stay in a category. It is loaded, transformed, embedded (titles by the sum of their words'
vectors), trained on and compared, on a server of its own, in a folder that goes at the end. Last,
the trained model asks to serve.

Wanted: a training ends within two minutes, with every space.
"""

import csv
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.embedded.postgres import embedded_postgres
from alsolike.errors import AlsolikeError
from alsolike.evaluation.run import DEFAULT_MODELS, EvaluationPlan, run_evaluation
from alsolike.loading import load_folder
from alsolike.migrate import migrate
from alsolike.progress import ignore_progress
from alsolike.promotion import promote
from alsolike.settings import export_connection, load_settings
from alsolike.training import Recipe, train
from alsolike.transform import transform
from benchmarks.catalogue import machine, options
from embed.model_files import Prompts
from embed.run import embed_all

WANTED_SECONDS = 120.0
CATEGORIES = 70
DAYS = 600
# Shares: of the shoppers, who come back; of those, who stay in a category; of the purchases, those
# that are reviewed; of the orders, those with a second product.
BACK = 0.04
FAITHFUL = 0.7
REVIEWED = 0.9
SECOND = 0.1
_DIMENSION = 64
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


class WordsEncoder:
    """A text is the sum of its words' vectors, each drawn by its hash."""

    name = "words"
    revision = ""
    prompts = Prompts()
    pooling = ""
    sha256 = hashlib.sha256(b"benchmarks.buy_once").hexdigest()
    dimension = _DIMENSION

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text: ndarray, shape (n_texts, dimension), float32, unit norm."""
        sums = np.stack([np.sum([_drawn(word) for word in text.split()], axis=0) for text in texts])
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)


def main() -> int:
    """Run the benchmark; 0 if the training ended in time with every space, 1 otherwise."""
    arguments = options(__doc__, shoppers=7000, products=5000, seed=1)
    with tempfile.TemporaryDirectory(prefix="alsolike-bench-", ignore_cleanup_errors=True) as home:
        export_connection({"ALSOLIKE_HOME": home})
        folder = Path(home) / "shop"
        folder.mkdir()
        events = write_shop(folder, arguments.shoppers, arguments.products, arguments.seed)
        print(
            f"buy_once: {arguments.shoppers:,} shoppers, {arguments.products:,} products, "
            f"{events:,} events; {machine()}",
            flush=True,
        )
        with embedded_postgres(Path(home) / "postgres") as variables:
            export_connection(variables)
            migrate()
            return _measure(folder)


def _measure(folder: Path) -> int:
    settings = load_settings()
    _timed("load", lambda: load_folder(folder, consent="personalisation", report=ignore_progress))
    _timed("transform", lambda: transform(report=ignore_progress))
    _timed("embed", lambda: embed_all(settings, report=ignore_progress, encoder=WordsEncoder()))
    seconds, summary = _timed("train", lambda: train(Recipe(), report=ignore_progress))
    left_out = summary.learned["left_out"]
    print(f"left out: {left_out or 'no space'}")
    for split in ("time", "leave-one-out"):
        plan = EvaluationPlan(split=split, models=DEFAULT_MODELS)
        _, run = _timed(f"evaluate, {split}", partial(run_evaluation, plan, report=ignore_progress))
        for model, metrics in run.evaluation.as_dict()["models"].items():
            print(f"  {model:18} NDCG@10 {metrics['ndcg@10']:.4f}", flush=True)
    try:
        _, decision = _timed("promote", lambda: promote(summary.model, report=ignore_progress))
    except AlsolikeError as error:
        print(f"promote: {error}")
    else:
        print(f"promote: {decision.kind} {decision.model}, before it {decision.previous}")
        for check in decision.checks:
            print(f"  {check.name}: {check.candidate} against {check.serving}: {check.is_passed}")
    print(f"buy_once: trained in {seconds:.0f} s (wanted at most {WANTED_SECONDS:.0f})")
    return 0 if seconds <= WANTED_SECONDS and not left_out else 1


def write_shop(folder: Path, shoppers: int, products: int, seed: int) -> int:
    """Write products.csv, purchases.csv and reviews.csv; return how many the last two have."""
    generator = random.Random(seed)  # noqa: S311  (draws a shop, no secrets)
    by_category = [list(range(place, products, CATEGORIES)) for place in range(CATEGORIES)]
    _write(
        folder / "products.csv",
        ("product_id", "title", "category"),
        [
            (f"p{n}", f"make{n % 60} kind{n % CATEGORIES} model{n}", f"Category {n % CATEGORIES}")
            for n in range(products)
        ],
    )
    purchases: list[tuple[str, ...]] = []
    reviews: list[tuple[str, ...]] = []

    def product_of(category: int) -> int:
        # The fourth power: a tenth of the products has more than half of the sales.
        of_it = by_category[category]
        return of_it[int(len(of_it) * generator.random() ** 4)]

    def buy(shopper: int, category: int, moment: datetime) -> None:
        bought = [product_of(category)]
        if generator.random() < SECOND:
            bought.append(product_of(category) if generator.random() < FAITHFUL else bought[0])
        order = f"o{len(purchases)}"
        for product in bought:
            number = len(purchases)
            purchases.append(
                (f"b{number}", f"s{shopper}", f"p{product}", moment.isoformat(), order)
            )
            if generator.random() < REVIEWED:
                rating = generator.choices((1, 3, 4, 5), (12, 8, 20, 60))[0]
                later = moment + timedelta(days=generator.randrange(2, 20))
                reviews.append(
                    (f"r{number}", f"s{shopper}", f"p{product}", str(rating), later.isoformat())
                )

    for shopper in range(shoppers):
        category = int(CATEGORIES * generator.random() ** 2)
        moment = _BEGIN + timedelta(minutes=generator.randrange(DAYS * 24 * 60))
        buy(shopper, category, moment)
        if generator.random() < BACK:
            for _ in range(generator.choice((1, 1, 1, 2, 3))):
                moment += timedelta(minutes=generator.randrange(90 * 24 * 60))
                is_faithful = generator.random() < FAITHFUL
                buy(shopper, category if is_faithful else generator.randrange(CATEGORIES), moment)
    _write(
        folder / "purchases.csv",
        ("purchase_id", "shopper_id", "product_id", "purchased_at", "order_id"),
        purchases,
    )
    _write(
        folder / "reviews.csv",
        ("review_id", "shopper_id", "product_id", "rating", "reviewed_at"),
        reviews,
    )
    return len(purchases) + len(reviews)


def _write(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def _timed(name: str, step: Callable[[], Any]) -> tuple[float, Any]:
    started, started_cpu = time.perf_counter(), time.process_time()
    result = step()
    seconds = time.perf_counter() - started
    cpu_seconds = time.process_time() - started_cpu
    print(f"{name}: {seconds:.1f} s, {cpu_seconds:.1f} s of this process's CPU", flush=True)
    return seconds, result


@cache
def _drawn(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).normal(size=_DIMENSION)


if __name__ == "__main__":
    sys.exit(main())
