"""What is asked of each engine, what came of it, and both as Markdown."""

import dataclasses
import itertools
import json
import random
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import numpy as np

from benchmarks.catalogue import CLUSTERS
from benchmarks.http import load
from benchmarks.peers.shop import Shop, ShopFilter

K = 10
CATEGORIES = 12
EXCLUDED = 15
# So many answers are compared with the exact ones; every engine gets the same questions.
COMPARED = 200
_FEW_EUROS = 9.9
_SLOW_MS = 100


@dataclasses.dataclass(frozen=True)
class Figures:
    """What one kind of question came to."""

    # Answers per second; milliseconds.
    rate: float
    p99: float
    # The mean share of the exact answers that was found; that of answers with enough rows.
    recall: float
    full: float


Path = Callable[[int, ShopFilter], str]
Question = Callable[[int], ShopFilter]


def questions(shop: Shop) -> dict[str, Question]:
    """Name the kinds of questions; each tells what is wanted beside the product asked about."""
    count = len(shop.vectors)

    def cheaper(price: float) -> Question:
        return lambda _: ShopFilter(price_max=price)

    def same_cluster(number: int) -> tuple[int, ...]:
        others = ((number + CLUSTERS * n) % count for n in range(1, EXCLUDED + 1))
        return tuple(other for other in others if other != number)

    return {
        "no filter": lambda _: ShopFilter(),
        "in stock: 90 %": lambda _: ShopFilter(in_stock=True),
        "price: 10 %": cheaper(_FEW_EUROS),
        "price: 1 %": cheaper(0.9),
        "price: 0.1 %": cheaper(0.0),
        # Clusters have only every fourth category, and the next one is none of theirs.
        "far category: 8 %": lambda number: ShopFilter(category=(number + 1) % CATEGORIES),
        f"{EXCLUDED} excluded": lambda number: ShopFilter(left_out=same_cluster(number)),
    }


def peer_path(number: int, wanted: ShopFilter) -> str:
    """Ask the minimal handler."""
    fields = {"k": K, **wanted.attributes, "exclude": wanted.left_out}
    return f"/similar/{number}?{urlencode(fields, doseq=True)}"


def alsolike_path(number: int, wanted: ShopFilter) -> str:
    """Ask alsolike, which leaves sold-out products out unless told otherwise."""
    fields = {"k": K, **wanted.attributes, "exclude": [f"p{other}" for other in wanted.left_out]}
    fields.pop("in_stock", None)
    if wanted.category is not None:
        fields["category"] = f"Category {wanted.category}"
    return f"/v1/products/p{number}/similar?{urlencode(fields, doseq=True)}"


def ask_all(shop: Shop, port: int, path: Path, seconds: float) -> dict[str, Figures]:
    """Ask all kinds of questions, each for some seconds."""
    # What comes first would pay for connections, prepared statements and threads.
    _warm(port, lambda: path(0, ShopFilter()), 2.0)
    return {
        kind: _ask(shop, port, path, question, seconds)
        for kind, question in questions(shop).items()
    }


def _ask(shop: Shop, port: int, path: Path, question: Question, seconds: float) -> Figures:
    """Load a server with one kind of question.

    Raises
    ------
    ValueError
        An answer has a product that does not belong.
    """
    asked: dict[str, tuple[int, ShopFilter]] = {}

    def paths(seed: int) -> Iterator[str]:
        chosen = random.Random(seed)  # noqa: S311  (which product is asked about is no secret)
        while True:
            number = chosen.randrange(len(shop.vectors))
            wanted = question(number)
            text = path(number, wanted)
            asked[text] = number, wanted
            yield text

    answers: list[tuple[str, bytes]] = []
    _warm(port, paths(1).__next__)
    taken = load(port, paths(2).__next__, seconds, answers=answers)
    compared = [
        shop.recall(number, _seen(path, wanted), numbers_of(body), K)
        for text, body in itertools.islice(answers, COMPARED)
        for number, wanted in [asked[text]]
    ]
    recalls, fulls = zip(*compared, strict=True)
    return Figures(taken.rate, taken.p99, float(np.mean(recalls)), float(np.mean(fulls)))


def _warm(port: int, path_of: Callable[[], str], seconds: float = 0.5) -> None:
    """Ask until caches are warm: over all connections, unless that alone would take long."""
    alone = load(port, path_of, 0.1, connections=1)
    if alone.p50 < _SLOW_MS:
        load(port, path_of, seconds)


def numbers_of(body: bytes) -> list[int]:
    """Read the numbers of the products in an answer, best first."""
    answer = json.loads(body)
    rows = answer["items"] if isinstance(answer, dict) else answer
    return [int(row["product_id"].removeprefix("p")) for row in rows]


def changes(
    shop: Shop,
    answer: Callable[[int, ShopFilter], list[int]],
    change: Callable[..., bool],
) -> dict[str, str]:
    """Change a price, insert and delete; tell whether the very next answer knows of each.

    Parameters
    ----------
    answer : callable
        Gives the numbers of an answer.
    change : callable
        Takes `price`, `insert` or `delete` and its numbers; False where the engine cannot, which
        is told as "cannot".
    """
    cheap = ShopFilter(price_max=_FEW_EUROS)
    asked = next(
        number
        for number in range(len(shop.vectors))
        if not shop.fitting(cheap)[_nearest(shop, number)]
    )
    near, new = _nearest(shop, asked), len(shop.vectors)

    def told(is_done: bool, is_known: Callable[[], bool]) -> str:  # noqa: FBT001
        return ("yes" if is_known() else "no") if is_done else "cannot"

    return {
        "price": told(change("price", near, 0.0), lambda: near in answer(asked, cheap)),
        "insert": told(change("insert", new, asked), lambda: new in answer(asked, ShopFilter())),
        "delete": told(change("delete", near), lambda: near not in answer(asked, ShopFilter())),
    }


def _nearest(shop: Shop, number: int) -> int:
    """Return the nearest product in stock to another one."""
    near = shop.vectors @ shop.vectors[number]
    near[~shop.in_stock] = -1
    near[number] = -1
    return int(near.argmax())


def _seen(path: Path, wanted: ShopFilter) -> ShopFilter:
    """Tell what an answer is held to: alsolike's never has what is sold out."""
    return dataclasses.replace(wanted, in_stock=True) if path is alsolike_path else wanted


@dataclasses.dataclass(frozen=True)
class Row:
    """One engine: what was chosen, and what it came to.

    Attributes
    ----------
    seconds : float
        To take in everything and build its indexes.
    memory : str
        Megabytes after the load.
    figures, changes : dict
        By kind of question; whether the next answer knows of each kind of change.
    """

    name: str
    settings: str
    seconds: float
    memory: str
    figures: dict[str, Figures]
    changes: dict[str, str]


def tables(rows: list[Row]) -> str:
    """Write three tables: speed, what was found, and the rest."""
    kinds = list(rows[0].figures)
    return "\n\n".join(
        [
            "Requests/s (p99 in ms):",
            _table(["", *kinds], [[row.name, *map(_speed, row.figures.values())] for row in rows]),
            (
                "Recall@10; in brackets the share of answers that had min(10, eligible) rows, "
                "where not all did:"
            ),
            _table(["", *kinds], [[row.name, *map(_found, row.figures.values())] for row in rows]),
            "Memory, and whether the next answer knows of a change:",
            _table(
                ["", "MB", "build, s", *rows[0].changes, "version and settings"],
                [
                    [
                        row.name,
                        row.memory,
                        f"{row.seconds:.0f}",
                        *row.changes.values(),
                        row.settings,
                    ]
                    for row in rows
                ],
            ),
        ]
    )


def _speed(figures: Figures) -> str:
    rate = f"{figures.rate:,.0f}" if figures.rate >= 10 else f"{figures.rate:.1f}"  # noqa: PLR2004
    return f"{rate} ({figures.p99:,.0f})"


def _found(figures: Figures) -> str:
    recall = f"{figures.recall:.3f}".removeprefix("0")
    # Rounded down: 99.8 % are not all.
    return recall if figures.full == 1 else f"{recall} ({int(100 * figures.full)} %)"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
