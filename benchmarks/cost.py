"""What alsolike costs a month at 10,000, a million and 50 million products.

    python -m benchmarks.cost [--products 10000,1000000,50000000]
                              [--pages 1000000,30000000,600000000] [--peak 5]
                              [--core 20] [--memory 4] [--disk 0.1] [--objects 0.02]

`--pages` are pages with lists a month, one number for each size. Prices are a month's, in one
currency: of a processor core, a GiB of memory, a GiB of a network disk and a GiB of object storage.
The defaults are an assumption of November 2026 in euros: round figures of the order that large
clouds ask for general-purpose machines on demand. They are nobody's offer: put your own contract's
here. Traffic, backups, mail and people are not counted, and neither is what the shop pays for its
Postgres anyway.

What is measured: `benchmarks.footprint` (bytes, embedding), `benchmarks.serving` (pages a second)
and `benchmarks.training` (time and memory up to a million products). What lies beyond a million
products follows the growth from 100,000 on (docs/decisions/0018): nobody has run it.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.power import as_markdown

_GIB = 2**30
_HOURS = 730.0
_SECONDS = _HOURS * 3600


@dataclass(frozen=True, slots=True)
class Prices:
    """What a month of each costs, in one currency: a core, and a GiB of three kinds."""

    core: float = 20.0
    memory: float = 4.0
    disk: float = 0.1
    objects: float = 0.02


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes of a row with its indexes, and processor time; see the commands in the module.

    Attributes
    ----------
    vector, index : float
        Bytes of a product's vector in one model: with everything, and those of the HNSW index.
    snapshot, local : float
        Bytes of a product in the exported files, and in the SQLite file on a web machine's disk.
    embed : float
        Seconds of CPU that a product's two texts take.
    small_page, large_page : float
        Seconds of CPU of a product page with its lists, with up to 100,000 products and beyond.
    """

    product: float = 990.0
    vector: float = 2138.0
    index: float = 1171.0
    text_vector: float = 970.0
    neighbour: float = 127.0
    event: float = 145.0
    snapshot: float = 257.0
    local: float = 1488.0
    embed: float = 0.0755
    small_page: float = 2 / 525
    large_page: float = 2 / 223


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a shop is taken to be.

    Attributes
    ----------
    events : float
        Events kept for each product; each stands in `raw` and in two marts of the same size.
    trained, plain : int
        Models that are kept: the serving one with the one before it, and `average`.
    changed : float
        Share of the texts that change in a month.
    trainings : float
        A month; the gate makes two models anew at one cutoff each time: three fits in all.
    peak : float
        The busiest second over the mean one.
    busy : float
        Share of the cores that is used then.
    snapshots : int
        Exported snapshots that the bucket keeps: those of two days.
    impression, months : float
        Bytes of what one answer showed, and how many months are kept.
    """

    events: float = 20.0
    trained: int = 2
    plain: int = 1
    changed: float = 0.1
    trainings: float = 4.3
    fits: int = 3
    peak: float = 5.0
    busy: float = 0.5
    snapshots: int = 48
    impression: float = 400.0
    months: float = 3.0


# Of benchmarks.training, docs/decisions/0018: seconds of CPU and GiB at the peak.
_TRAININGS = {
    10_000: (178.0, 3.7),
    30_000: (446.0, 4.1),
    100_000: (692.0, 4.7),
    300_000: (2_268.0, 7.2),
    1_000_000: (6_482.0, 15.3),
}
# Up to so many products the pages of benchmarks.serving were measured with a hundred thousand.
_SMALL = 100_000
_TIME_POWER, _MEMORY_POWER = 0.96, 0.51


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a shop of so many products needs, and what that costs a month.

    Attributes
    ----------
    disk, memory : float
        GiB of one database server; a third more disk than rows take, for what waits for vacuum.
        There are two servers, a primary and a standby.
    impressions : float
        GiB of the disk.
    hot : float
        GiB that answers are read from: the serving model's index, vectors and neighbours.
    pages : float
        Of the busiest second.
    cores : int
        Of web and database servers together, both database servers counted.
    training : float
        Hours of CPU in a month, with the gate.
    training_memory : float
        GiB at the peak, while it runs.
    embedding : float
        Hours of CPU in a month for changed texts; the first time takes ten times as much.
    objects : float
        GiB of exported snapshots.
    """

    products: int
    disk: float
    impressions: float
    hot: float
    memory: float
    pages: float
    cores: int
    training: float
    training_memory: float
    embedding: float
    objects: float
    costs: dict[str, float]

    @property
    def total(self) -> float:
        """Return the sum of the costs of a month."""
        return sum(self.costs.values())


def training_of(products: int) -> tuple[float, float]:
    """Return the seconds of CPU and the GiB of one fit with its neighbours.

    Between measured sizes the next larger one; beyond a million the measured growth goes on.
    """
    for size, taken in _TRAININGS.items():
        if products <= size:
            return taken
    seconds, gigabytes = _TRAININGS[1_000_000]
    times = products / 1_000_000
    return seconds * times**_TIME_POWER, gigabytes * times**_MEMORY_POWER


def estimate(
    products: int,
    pages: float,
    prices: Prices,
    *,
    assumed: Assumed | None = None,
    measured: Measured | None = None,
) -> Estimate:
    """Work out what a shop needs.

    Parameters
    ----------
    pages : float
        Pages with lists, a month.
    """
    shop, row = assumed or Assumed(), measured or Measured()
    of_trained = row.vector + 100 * row.neighbour
    of_plain = row.vector + 20 * row.neighbour
    each = (
        row.product
        + 3 * row.text_vector
        + shop.trained * of_trained
        + shop.plain * of_plain
        + 3 * shop.events * row.event
    )
    impressions = shop.months * pages * shop.impression / _GIB
    disk = (1.3 * products * each) / _GIB + impressions
    hot = products * of_trained / _GIB
    # The index is read at random, the rows by key: popular products are asked for most.
    memory = 2 + products * row.index / _GIB + 0.25 * (hot - products * row.index / _GIB)
    busiest = shop.peak * pages / _SECONDS
    of_page = row.small_page if products <= _SMALL else row.large_page
    serving = max(4, math.ceil(busiest * of_page / shop.busy))
    cores = serving + 2
    seconds, training_memory = training_of(products)
    training = shop.trainings * shop.fits * seconds / 3600
    embedding = shop.changed * products * row.embed / 3600
    objects = shop.snapshots * products * row.snapshot / _GIB
    local = products * row.local / _GIB
    costs = {
        "cores": cores * prices.core,
        "memory": (2 * memory + 2) * prices.memory,
        "disk": (2 * disk + 2 * local) * prices.disk,
        # Two cores are used, and the memory is held for as long.
        "training": training / _HOURS * (prices.core + training_memory / 2 * prices.memory),
        "embedding": embedding / _HOURS * (prices.core + prices.memory),
        "objects": objects * prices.objects,
    }
    return Estimate(
        products=products,
        disk=disk,
        impressions=impressions,
        hot=hot,
        memory=memory,
        pages=busiest,
        cores=cores,
        training=training,
        training_memory=training_memory,
        embedding=embedding,
        objects=objects,
        costs=costs,
    )


def tables(estimates: Sequence[Estimate]) -> list[list[tuple[str, ...]]]:
    """Return what is printed: what is needed, and what it costs, a column for each size."""
    sizes = tuple(f"{one.products:,}" for one in estimates)

    def row(name: str, values: Sequence[float], digits: int = 0) -> tuple[str, ...]:
        return (name, *(f"{value:,.{digits}f}" for value in values))

    needs = [
        ("needed", *sizes),
        row("disk of one database server, GiB", [one.disk for one in estimates], 1),
        row("of which impressions, GiB", [one.impressions for one in estimates], 1),
        row("of which the serving model, GiB", [one.hot for one in estimates], 1),
        row("memory of one database server, GiB", [one.memory for one in estimates], 1),
        row("pages in the busiest second", [one.pages for one in estimates], 1),
        row("cores, web and database", [one.cores for one in estimates]),
        row("training and gate, hours of CPU", [one.training for one in estimates], 1),
        row("memory of a training, GiB", [one.training_memory for one in estimates], 1),
        row("embedding, hours of CPU", [one.embedding for one in estimates], 1),
        row("snapshots in S3, GiB", [one.objects for one in estimates], 1),
    ]
    names = list(estimates[0].costs)
    costs = [("cost a month", *sizes)]
    costs += [row(name, [one.costs[name] for one in estimates], 1) for name in names]
    costs.append(row("all", [one.total for one in estimates], 1))
    a_thousand = [1000 * one.total / one.products for one in estimates]
    costs.append(row("for a thousand products", a_thousand, 2))
    return [needs, costs]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--products", default="10000,1000000,50000000")
    parser.add_argument("--pages", default="1000000,30000000,600000000")
    parser.add_argument("--peak", type=float, default=Assumed().peak)
    for name in Prices.__slots__:
        parser.add_argument(f"--{name}", type=float, default=getattr(Prices(), name))
    given = parser.parse_args(arguments)
    prices = Prices(given.core, given.memory, given.disk, given.objects)
    sizes = [int(number) for number in given.products.split(",")]
    pages = [float(number) for number in given.pages.split(",")]
    if len(sizes) != len(pages):
        parser.error("--pages has one number for each of --products")
    assumed = Assumed(peak=given.peak)
    estimates = [
        estimate(size, number, prices, assumed=assumed)
        for size, number in zip(sizes, pages, strict=True)
    ]
    for table in tables(estimates):
        print(as_markdown(table), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
