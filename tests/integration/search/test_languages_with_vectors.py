"""Searches of a shop in three languages with the vectors of the default, English encoder."""

from functools import partial
from pathlib import Path

import pytest
from pgvector import HalfVector

from alsolike.database import APP_ROLE, connect, query
from alsolike.progress import ignore_progress
from alsolike.query_encoder import QueryEncoder, QueryEncoderRow, load_query_encoder
from alsolike.settings import Settings
from alsolike.transform import transform
from embed.run import embed_all
from tests.shop.languages import SHOPS

LEAST_RIGHT = 18


@pytest.fixture
def titles(database: dict[str, str], settings: Settings) -> dict[str, str]:
    """Give the titles of all three shops in one database, embedded, by product id."""
    assert database
    found: dict[str, str] = {}
    for language, shop in SHOPS.items():
        found |= shop.write(language, prefix=language)
    transform(with_tests=False, report=ignore_progress)
    embed_all(settings, report=ignore_progress)
    return found


def load(home: Path) -> QueryEncoder:
    with connect(role=APP_ROLE) as connection:
        row = connection.execute(query("api/search/serving_query_encoder")).fetchone()
        assert row is not None
        described = QueryEncoderRow(*row)

        def read_piece(name: str, position: int) -> bytes | None:
            parameters = {"encoder_id": 1, "name": name, "position": position}
            statement = query("api/search/query_encoder_piece")
            piece = connection.execute(statement, parameters).fetchone()
            return None if piece is None else bytes(piece[0])

        return load_query_encoder(described, home, read_piece)


def first(encoder: QueryEncoder, words: str) -> str | None:
    """Search as the site does; the id of the best product."""
    vector = HalfVector(encoder.encode(words)).to_text() if encoder.reads(words) else None
    with connect(role=APP_ROLE) as connection:
        row = connection.execute(
            "select product_id from recs.search_products(%s, %s::halfvec, %s, 1)",
            (words, vector, encoder.encoder_id),
        ).fetchone()
    return None if row is None else str(row[0])


def test_vectors_push_no_right_product_down_and_foreign_nonsense_finds_nothing(
    titles: dict[str, str], tmp_path: Path
) -> None:
    best = partial(first, load(tmp_path))
    for language, shop in SHOPS.items():
        wrong = {
            words: found and titles[found]
            for words, wanted in shop.queries.items()
            if (found := best(words)) is None or titles[found] not in wanted
        }
        assert len(wrong) <= len(shop.queries) - LEAST_RIGHT, (language, wrong)
    assert [words for words in SHOPS["ru"].nonsense if best(words) is not None] == []
