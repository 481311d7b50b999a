"""Training from 10,000 to 1,000,000 products: time, memory, and the exponent with which they grow.

    python -m benchmarks.training [--sizes 10000,30000,100000,300000,1000000] [--events 20]
                                  [--measured training.jsonl] [--chart training.svg]

Each size is trained in a process of its own: the model is fitted, its weights chosen on a slice,
and the neighbours of every product are computed; they are not written to a database. The history is
generated a part at a time, with so many events for each product. Products sell by Zipf's law within
groups of 200, and groups by the root of their rank: of 100,000 products the first hundredth has a
quarter of the events, the best one 12,000 of 2 million, and half of all have at most 7. Every
shopper keeps mostly to three groups; the last product of each group is never sold. Vectors of texts
have 384 dimensions and lie around their group's. The largest size takes hours: give `--sizes` for
less, or `--measured`, a file that each size is added to, and from which sizes are taken that were
measured before, on the same machine.

Wanted: time grows with at most the 1.15th power of the number of products. Catalogues of up to
30,000 products are trained otherwise (more candidates, no index, character n-grams), so the power
of the larger sizes alone is told too.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from alsolike.history import ALWAYS, DAY, KINDS, Catalogue, History
from alsolike.progress import ignore_progress
from alsolike.rankers.blend.fit import fit_model
from alsolike.rankers.blend.recipe import SMALL, Recipe
from alsolike.texts import Texts, unit_rows
from benchmarks.catalogue import machine

WANTED_EXPONENT = 1.15
_SIZES = "10000,30000,100000,300000,1000000"
# Of the generated shop.
_GROUP = 200
_TASTES = 3
_FAITHFUL = 0.8
_EVENTS_PER_SHOPPER = 20
_DAYS = 365
_DIMENSION = 384
# Shoppers that are generated at once.
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size took."""

    products: int
    events: int
    fit_seconds: float
    neighbour_seconds: float
    cpu_seconds: float
    megabytes: float

    @property
    def seconds(self) -> float:
        """Return the time of both."""
        return self.fit_seconds + self.neighbour_seconds


def main() -> int:
    """Run the benchmark; 0 if the exponent is as wanted, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=_SIZES, help="numbers of products, with commas")
    parser.add_argument("--events", type=int, default=20, help="for each product")
    parser.add_argument("--measured", type=Path, help="add sizes here, and take them from here")
    parser.add_argument("--chart", type=Path, help="write an SVG here")
    arguments = parser.parse_args()
    print(f"training: {machine()}", flush=True)
    measured: list[Measured] = []
    before = read_measured(arguments.measured)
    if arguments.measured is not None:
        # A path that cannot be written should fail now, not after hours.
        arguments.measured.touch()
    for size in map(int, arguments.sizes.split(",")):
        one = before.get((size, _rounded(size * arguments.events)))
        if one is None:
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                one = pool.submit(measure, size, size * arguments.events).result()
            if arguments.measured is not None:
                with arguments.measured.open("a") as file:
                    file.write(json.dumps(asdict(one)) + "\n")
        measured.append(one)
        print(
            f"{one.products:>9,} products, {one.events:>10,} events: fitted in "
            f"{one.fit_seconds:7.1f} s, neighbours in {one.neighbour_seconds:7.1f} s, "
            f"{one.cpu_seconds:7.1f} s of CPU, peak {one.megabytes:6.0f} MB",
            flush=True,
        )
    if len(measured) < 2:  # noqa: PLR2004
        return 0
    of_time = exponent(measured, [one.seconds for one in measured])
    print(f"training: wanted is a power of time of at most {WANTED_EXPONENT}")
    large = [one for one in measured if one.products > SMALL]
    for name, group in (("all sizes", measured), (f"those above {SMALL:,} products", large)):
        if len(group) > 1:
            of_cpu = exponent(group, [one.cpu_seconds for one in group])
            of_memory = exponent(group, [one.megabytes for one in group])
            print(
                f"  {name}: time grows with the power "
                f"{exponent(group, [one.seconds for one in group]):.2f}, CPU time with "
                f"{of_cpu:.2f}, memory with {of_memory:.2f}"
            )
    if arguments.chart is not None:
        draw(measured, of_time, arguments.chart)
    return 0 if of_time <= WANTED_EXPONENT else 1


def read_measured(path: Path | None) -> dict[tuple[int, int], Measured]:
    """Return what a file has been given, by the numbers of products and events."""
    if path is None or not path.exists():
        return {}
    measured = (Measured(**json.loads(line)) for line in path.read_text().splitlines())
    return {(one.products, one.events): one for one in measured}


def _rounded(events: int) -> int:
    return events // _EVENTS_PER_SHOPPER * _EVENTS_PER_SHOPPER


def exponent(measured: Sequence[Measured], values: Sequence[float]) -> float:
    """Return the slope of the values against the sizes, both as logarithms."""
    sizes = np.log([one.products for one in measured])
    return float(np.polyfit(sizes, np.log(values), 1)[0])


def draw(measured: Sequence[Measured], power: float, path: Path) -> None:
    """Write a drawing of time and memory against the number of products, all as logarithms."""
    sizes = [one.products for one in measured]
    with mpl.rc_context({"svg.hashsalt": "alsolike", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7.2, 3.2), layout="constrained")
        time_axes, memory_axes = figure.subplots(1, 2)
        time_axes.loglog(sizes, [one.seconds / 60 for one in measured], marker="o")
        time_axes.set_ylabel(f"minutes, power {power:.2f}")
        memory_axes.loglog(sizes, [one.megabytes / 1024 for one in measured], marker="o")
        memory_axes.set_ylabel("peak GiB")
        for axes in (time_axes, memory_axes):
            axes.set_xlabel("products")
            axes.set_xticks(sizes, [f"{size // 1000:,}k" for size in sizes])
            axes.xaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 4, 7)))
            axes.yaxis.set_minor_locator(NullLocator())
            axes.yaxis.set_major_formatter("{x:g}")
            axes.grid(visible=True, color="#d9dce1")
        # Without a date, or the same numbers would give another file tomorrow.
        figure.savefig(path, format="svg", metadata={"Date": None})


def measure(products: int, events: int) -> Measured:
    """Train on a generated shop, and compute every product's neighbours."""
    history, texts = generate(products, events)
    started, started_cpu = time.perf_counter(), time.process_time()
    fitted = fit_model(history, texts, Recipe(), ignore_progress)
    fitted_at = time.perf_counter()
    for _ in fitted.neighbours_in_parts(np.arange(products)):
        pass
    return Measured(
        products=products,
        events=len(history),
        fit_seconds=fitted_at - started,
        neighbour_seconds=time.perf_counter() - fitted_at,
        cpu_seconds=time.process_time() - started_cpu,
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def generate(products: int, events: int, seed: int = 1) -> tuple[History, Texts]:
    """Return the history and the texts of a shop; the number of events is rounded down."""
    random = np.random.default_rng(seed)
    groups = max(1, products // _GROUP)
    of_group = np.arange(products) % groups
    count = max(_rounded(events), 2 * _EVENTS_PER_SHOPPER)
    shoppers = count // _EVENTS_PER_SHOPPER
    acted_on = np.empty(count, np.int32)
    times = np.empty(count, np.int64)
    # Within a group by Zipf's law: the place of a product is the integer part of a power.
    most = products // groups
    for start in range(0, shoppers, _AT_ONCE):
        size = (min(_AT_ONCE, shoppers - start), _EVENTS_PER_SHOPPER)
        tastes = _groups(random, groups, (size[0], _TASTES))
        taste = np.take_along_axis(tastes, random.integers(_TASTES, size=size), axis=1)
        anywhere = _groups(random, groups, size)
        group = np.where(random.random(size) < _FAITHFUL, taste, anywhere)
        place = (most ** random.random(size)).astype(np.int64) - 1
        part = slice(start * size[1], (start + size[0]) * size[1])
        acted_on[part] = (place * groups + group).ravel()
        began = random.random((size[0], 1)) * _DAYS * 0.9
        days = began + np.sort(random.random(size), axis=1) * (_DAYS - began)
        times[part] = (days * DAY).ravel()
    catalogue = Catalogue(
        product_ids=[f"p{number:07}" for number in range(products)],
        categories=[f"Kind {group}" for group in of_group],
        brands=[None] * products,
        exists_from=np.full(products, ALWAYS),
        is_dated=np.zeros(products, bool),
        is_in_stock=np.ones(products, bool),
        groups=[None] * products,
    )
    history = History(
        catalogue=catalogue,
        shopper_ids=[f"shopper:{number:07}" for number in range(shoppers)],
        shoppers=np.repeat(np.arange(shoppers, dtype=np.int32), _EVENTS_PER_SHOPPER),
        products=acted_on,
        kinds=np.full(count, KINDS.index("purchase"), np.int8),
        times=times,
        weights=np.ones(count, np.float32),
        orders=np.full(count, -1, np.int32),
    )
    return history, _texts(of_group, groups, random)


def _groups(random: np.random.Generator, groups: int, size: tuple[int, int]) -> NDArray[np.int64]:
    """Draw groups, each as often as one by the root of its rank."""
    return (groups * random.random(size) ** 2).astype(np.int64)


def _texts(of_group: NDArray[np.int64], groups: int, random: np.random.Generator) -> Texts:
    vectors = random.normal(size=(groups, _DIMENSION)).astype(np.float32)[of_group]
    for start in range(0, len(vectors), _AT_ONCE):
        part = vectors[start : start + _AT_ONCE]
        part += random.standard_normal(part.shape, np.float32)
    makers = random.integers(max(1, len(of_group) // 50), size=len(of_group))
    return Texts(
        names=[f"maker{maker} kind{group}" for maker, group in zip(makers, of_group, strict=True)],
        characteristics=[f"size {number % 40}" for number in range(len(of_group))],
        vectors=unit_rows(vectors),
    )


if __name__ == "__main__":
    sys.exit(main())
