"""How good searches are: by words, by vectors, and by both.

    python -m benchmarks.search_quality [--home .alsolike]

It reads the shop that the database of `PG*` or of a home holds. Known items are products drawn from
it, searched by three words of their title, as they are and with two letters of the longest
swapped: where the product stands. On the demo shop 84 queries in other words than the catalogue's,
ten of them misspelled, are asked as well: how many of the first ten are of a fitting category. The
queries were written before anything was measured.
"""

import argparse
import random
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from pgvector import HalfVector

from alsolike.database import APP_ROLE, connect, query
from alsolike.embedded import embedded_servers
from alsolike.query_encoder import QueryEncoder, QueryEncoderRow, load_query_encoder
from alsolike.settings import export_connection, load_settings
from benchmarks.search_queries import MEANINGS, MISSPELLINGS

K = 10
KNOWN_ITEMS = 300
WORDS = 3
Connection = psycopg.Connection[tuple[object, ...]]
Judge = Callable[[str, Sequence[str]], list[bool]]


def main() -> int:
    """Print the table; 0, or 1 where there is no query encoder."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--home", help="the folder of the embedded server")
    given = arguments.parse_args()
    if given.home is not None:
        export_connection({"ALSOLIKE_HOME": given.home})
    settings = load_settings()
    with embedded_servers(settings), connect(autocommit=True, role=APP_ROLE) as connection:
        encoder = _encoder(connection, settings.home)
        if encoder is None:
            print("There is no query encoder: run `alsolike embed`.")
            return 1
        _measure_known_items(connection, encoder)
        _measure_meanings(connection, encoder)
    return 0


def _encoder(connection: Connection, home: Path) -> QueryEncoder | None:
    row = connection.execute(query("api/search/serving_query_encoder")).fetchone()
    if row is None:
        return None
    described = QueryEncoderRow(*row)

    def read_piece(name: str, position: int) -> bytes | None:
        parameters = {"encoder_id": described.encoder_id, "name": name, "position": position}
        piece = connection.execute(query("api/search/query_encoder_piece"), parameters).fetchone()
        return None if piece is None else bytes(piece[0])

    return load_query_encoder(described, home, read_piece)


def _measure_known_items(connection: Connection, encoder: QueryEncoder) -> None:
    rows = connection.execute(
        "select product_id, title from raw.products order by md5(product_id) limit %s",
        (KNOWN_ITEMS,),
    ).fetchall()
    generator = random.Random(7)  # noqa: S311  (draws queries, no secrets)
    titles: dict[str, str] = {}
    plain: dict[str, str] = {}
    swapped: dict[str, str] = {}
    for product_id, title in rows:
        words = re.findall(r"\w{3,}", title)
        if len(words) < WORDS:
            continue
        chosen = generator.sample(words, WORDS)
        titles[title] = product_id
        plain[" ".join(chosen)] = product_id
        longest = max(range(WORDS), key=lambda n: len(chosen[n]))
        chosen[longest] = _swapped(chosen[longest], generator)
        swapped[" ".join(chosen)] = product_id
    for name, wanted in (
        ("its whole title", titles),
        ("three words of its title", plain),
        ("the same, two letters swapped", swapped),
    ):
        print(f"\n{len(wanted)} known items by {name}")
        _show(connection, encoder, list(wanted), lambda q, ids, w=wanted: [i == w[q] for i in ids])


def _swapped(word: str, generator: random.Random) -> str:
    at = generator.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _measure_meanings(connection: Connection, encoder: QueryEncoder) -> None:
    rows = connection.execute("select product_id, category from raw.products").fetchall()
    categories = {str(row[0]): row[1] for row in rows}
    wanted = {**MEANINGS, **MISSPELLINGS}
    if not {name for names in wanted.values() for name in names} <= set(categories.values()):
        return
    for name, queries in (("in other words", MEANINGS), ("misspelled", MISSPELLINGS)):
        print(f"\n{len(queries)} queries {name}")
        _show(
            connection,
            encoder,
            list(queries),
            lambda q, ids: [categories[i] in wanted[q] for i in ids],
        )


def _show(
    connection: Connection, encoder: QueryEncoder, queries: Sequence[str], judge: Judge
) -> None:
    """Print reciprocal rank and precision of each way to search."""
    for way in ("words", "vectors", "both"):
        ranks, shares = 0.0, 0.0
        for words in queries:
            # Words that are nowhere leave the search to the vector.
            found = connection.execute(
                "select product_id from recs.search_products(%s, %s::halfvec, %s, %s)",
                (
                    "qqzzxxjj" if way == "vectors" else words,
                    None
                    if way == "words" or not encoder.reads(words)
                    else HalfVector(encoder.encode(words)).to_text(),
                    encoder.encoder_id,
                    K,
                ),
            ).fetchall()
            hits = judge(words, [str(row[0]) for row in found])
            ranks += 1 / (hits.index(True) + 1) if any(hits) else 0.0
            shares += sum(hits) / K
        print(f"  {way:<8} MRR@10 {ranks / len(queries):.3f}  P@10 {shares / len(queries):.3f}")


if __name__ == "__main__":
    sys.exit(main())
