"""Writing the demo shop to a folder, in the format that ``alsolike load`` reads."""

import csv
import fcntl
import gzip
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from alsolike.demo.catalogue import (
    SEED_SHOPPER,
    SEED_VISITOR,
    Catalogue,
    draw_catalogue,
    entity_generator,
    product_id_of,
)
from alsolike.demo.descriptions import product_record, words_of
from alsolike.demo.history import Historian, History
from alsolike.demo.reviews import write_review
from alsolike.demo.tastes import display_name_of, draw_drift, draw_taste
from alsolike.errors import AlsolikeError
from alsolike.loading.tables import PURCHASES, SHOPPERS, VIEWS
from alsolike.progress import Report

FILES: Final = (
    "products.jsonl.gz",
    "shoppers.csv.gz",
    "views.csv.gz",
    "purchases.csv.gz",
    "reviews.jsonl.gz",
)
MOST: Final = 1_000_000
_NO_CONSENT_SHARE: Final = 0.04


class DemoShopError(AlsolikeError):
    """The demo shop cannot be written."""


@dataclass(frozen=True)
class ShopSize:
    """How large the demo shop is: products and shoppers up to a million each, days of history."""

    products: int = 1200
    shoppers: int = 2000
    days: int = 60

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be drawn."""
        for name, value, most in (
            ("products", self.products, MOST),
            ("shoppers", self.shoppers, MOST),
            ("days", self.days, 3650),
        ):
            if not 1 <= value <= most:
                msg = f"the demo shop's number of {name} must be 1 to {most}, not {value}"
                raise DemoShopError(msg)


@dataclass(frozen=True)
class DemoShopSummary:
    """What was written."""

    folder: Path
    products: int
    shoppers: int
    views: int
    purchases: int
    reviews: int


def write_demo_shop(
    folder: Path,
    size: ShopSize,
    *,
    seed: int,
    ends_at: datetime,
    progress: Report,
) -> DemoShopSummary:
    """Write the demo shop, all files or none.

    Two runs with the same arguments write the same bytes. Memory holds the product table (about
    100 bytes per product) and one shopper at a time.

    Parameters
    ----------
    folder : Path
        Where the files go. It may exist already if it holds nothing but an earlier demo shop,
        which is then replaced.
    seed : int
        Not negative.
    ends_at : datetime
        End of the history; without a zone it is taken as UTC.
    progress : callable
        Called with the stage ("products", "shoppers", "visitors"), what is done and the total.

    Raises
    ------
    DemoShopError
        When the folder holds other files or cannot be written, or another process is writing
        the same shop.
    """
    if seed < 0:
        msg = f"the seed of the demo shop must not be negative, it is {seed}"
        raise DemoShopError(msg)
    ends_at = ends_at.replace(tzinfo=UTC) if ends_at.tzinfo is None else ends_at.astimezone(UTC)
    try:
        with _replaced_folder(folder) as unfinished, ExitStack() as stack:
            streams = [stack.enter_context(_opened(unfinished / name)) for name in FILES]
            writer = _ShopWriter(folder, size, seed, ends_at, streams)
            writer.write_products(progress)
            writer.write_shoppers(progress)
            writer.write_visitors(progress)
            return writer.summary()
    except OSError as error:
        msg = f"the demo shop cannot be written to {folder}: {error.strerror or error}"
        raise DemoShopError(msg) from error


class _ShopWriter:
    """Writes one shop to open streams, entity by entity."""

    def __init__(
        self, folder: Path, size: ShopSize, seed: int, ends_at: datetime, streams: list[TextIO]
    ) -> None:
        self._folder = folder
        self._size = size
        self._seed = seed
        self._starts_at = ends_at - timedelta(days=size.days)
        self._products, shoppers, views, purchases, self._reviews = streams
        self._shoppers = csv.writer(shoppers, lineterminator="\n")
        self._views = csv.writer(views, lineterminator="\n")
        self._purchases = csv.writer(purchases, lineterminator="\n")
        self._shoppers.writerow(SHOPPERS.columns)
        self._views.writerow(VIEWS.columns)
        self._purchases.writerow(PURCHASES.columns)
        self._catalogue: Catalogue = draw_catalogue(size.products, size.days, seed)
        self._historian = Historian(self._catalogue, size.days)
        self._counts = Counter(views=0, purchases=0, reviews=0)

    def write_products(self, progress: Report) -> None:
        """Write every product's line."""
        total = self._size.products
        for product in range(total):
            record = product_record(self._catalogue, product, self._starts_at)
            self._products.write(json.dumps(record, ensure_ascii=False) + "\n")
            _tell(progress, "products", product + 1, total)

    def write_shoppers(self, progress: Report) -> None:
        """Write every shopper with history."""
        total = self._size.shoppers
        for number in range(1, total + 1):
            rng = entity_generator(self._seed, SEED_SHOPPER, number)
            taste = draw_taste(rng, self._catalogue)
            tastes = draw_drift(rng, self._catalogue, taste, self._size.days)
            has_consent = bool(rng.random() >= _NO_CONSENT_SHARE)
            joined = float(
                -rng.exponential(180.0)
                if rng.random() < 0.7
                else rng.uniform(0.0, self._size.days * 0.95)
            )
            history = self._historian.of_shopper(rng, tastes, joined)
            shopper_id = f"S{number:05d}"
            self._shoppers.writerow(
                (
                    shopper_id,
                    display_name_of(number, tastes.latest),
                    "personalisation" if has_consent else "none",
                    self._time(joined),
                    "yes" if has_consent else "no",
                )
            )
            self._write_history(rng, shopper_id, history)
            _tell(progress, "shoppers", number, total)

    def write_visitors(self, progress: Report) -> None:
        """Write the sessions of visitors who never signed in, about one for three shoppers."""
        total = self._size.shoppers // 3
        for number in range(1, total + 1):
            rng = entity_generator(self._seed, SEED_VISITOR, number)
            history = self._historian.of_visitor(rng, draw_taste(rng, self._catalogue))
            self._write_views(f"A{number:05d}", history)
            _tell(progress, "visitors", number, total)

    def summary(self) -> DemoShopSummary:
        """Return the counts of what was written."""
        return DemoShopSummary(
            folder=self._folder,
            products=self._size.products,
            shoppers=self._size.shoppers,
            **self._counts,
        )

    def _write_views(self, owner: str, history: History) -> None:
        for place, view in enumerate(history.views):
            session_id = "" if view.is_signed_in else f"session-{owner}-{view.session:03d}"
            self._views.writerow(
                (
                    f"{owner}-v{place:04d}",
                    product_id_of(view.product),
                    self._time(view.day),
                    owner if view.is_signed_in else "",
                    session_id,
                )
            )
        self._counts["views"] += len(history.views)

    def _write_history(self, rng: np.random.Generator, shopper_id: str, history: History) -> None:
        self._write_views(shopper_id, history)
        for place, purchase in enumerate(history.purchases):
            cents = round(self._catalogue.price_cents[purchase.product] * (1 - purchase.discount))
            self._purchases.writerow(
                (
                    f"{shopper_id}-p{place:03d}",
                    shopper_id,
                    product_id_of(purchase.product),
                    self._time(purchase.day),
                    purchase.quantity,
                    f"{cents / 100:.2f}",
                    f"{shopper_id}-o{purchase.order:03d}",
                    "",
                )
            )
        for place, rating in enumerate(history.ratings):
            words = words_of(self._catalogue, rating.product)
            title, body = write_review(rng, words, rating.stars)
            record = {
                "review_id": f"{shopper_id}-r{place:03d}",
                "shopper_id": shopper_id,
                "product_id": product_id_of(rating.product),
                "rating": rating.stars,
                "reviewed_at": self._time(rating.day),
                "title": title,
                "body": body,
            }
            self._reviews.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._counts["purchases"] += len(history.purchases)
        self._counts["reviews"] += len(history.ratings)

    def _time(self, day: float) -> str:
        return (self._starts_at + timedelta(days=day)).isoformat(timespec="seconds")


def _tell(progress: Report, stage: str, done: int, total: int) -> None:
    """Report about a hundred times per stage: a call per entity would cost more than the work."""
    if done == total or done % max(total // 100, 1) == 0:
        progress(stage, done, total)


@contextmanager
def _opened(path: Path) -> Generator[TextIO]:
    """Open a gzip text file whose bytes depend on the text alone, and sync it when closed."""
    with path.open("wb") as file:
        # Neither name nor time in the header: two runs must be byte-identical.
        packed = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0)
        with io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text:
            yield text
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _replaced_folder(folder: Path) -> Generator[Path]:
    """Yield an empty folder beside the wanted one and rename it into place at the end.

    A process that is killed leaves the wanted folder as it was; the next run clears what it left
    beside it. The lock goes with the process, so no stale one can remain.
    """
    _refuse_foreign(folder)
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    previous = folder.with_name(f".{folder.name}.previous")
    unfinished.mkdir(parents=True, exist_ok=True)
    handle = os.open(unfinished, os.O_RDONLY)
    try:
        _lock(handle, unfinished, folder)
        try:
            for leftover in unfinished.iterdir():
                leftover.unlink()
            yield unfinished
            shutil.rmtree(previous, ignore_errors=True)
            if folder.exists():
                folder.rename(previous)
            unfinished.rename(folder)
            shutil.rmtree(previous, ignore_errors=True)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    finally:
        os.close(handle)


def _lock(handle: int, unfinished: Path, folder: Path) -> None:
    """Lock the open folder, or refuse when another process writes there or has just finished."""
    msg = f"another process is writing the demo shop to {folder}: wait for it to end"
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DemoShopError(msg) from error
    if not unfinished.exists() or not os.path.samestat(os.fstat(handle), unfinished.stat()):
        raise DemoShopError(msg)


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        msg = f"{folder} is not a folder: name a new or empty folder for the demo shop"
        raise DemoShopError(msg)
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    if foreign:
        msg = (
            f"{folder} holds files that are not a demo shop ({foreign[0]}): "
            "name a new or empty folder for the demo shop"
        )
        raise DemoShopError(msg)
