"""What a product and an event take: bytes on the disk of each table, and CPU to embed.

    python -m benchmarks.footprint [--products 20000] [--texts 400]

The tables are those of benchmarks.serving, with their indexes, just after vacuum; names and details
are vectors of the same size as the model's. Texts are those of the demo's products (title and
brand, characteristics and description, no reviews), encoded by the default encoder in batches, as
the worker does. `benchmarks.cost` multiplies these figures.
"""

import json
import sys
import time
from datetime import UTC, datetime

from alsolike.database import connect
from alsolike.demo.catalogue import draw_catalogue
from alsolike.demo.descriptions import product_record
from alsolike.settings import load_settings
from benchmarks.catalogue import catalogue, machine, options
from benchmarks.serving import add_shoppers
from embed.encoder import load_encoder

_SIZES = """
select 'raw.products', pg_total_relation_size('raw.products')::float8
    / (select count(*) from raw.products)
union all
select 'recs.product_vectors', pg_total_relation_size('recs.product_vectors_2')::float8
    / (select count(*) from recs.product_vectors_2)
union all
select 'of which HNSW', pg_relation_size('recs.product_vectors_2_hnsw')::float8
    / (select count(*) from recs.product_vectors_2)
union all
select 'recs.embeddings', pg_total_relation_size('recs.embeddings')::float8
    / (select count(*) from recs.embeddings)
union all
select 'recs.neighbours', pg_total_relation_size('recs.neighbours')::float8
    / (select count(*) from recs.neighbours)
union all
select 'raw.views', pg_total_relation_size('raw.views')::float8
    / (select count(*) from raw.views)
"""


def main() -> int:
    """Measure and print; always 0, for nothing is wanted of the figures."""
    arguments = options(__doc__ or "", products=20_000, texts=400)
    seconds = seconds_per_product(arguments.texts)
    with catalogue(arguments.products):
        add_shoppers(arguments.products)
        sizes = bytes_per_row()
    print(f"\n{arguments.products:,} products, {arguments.texts} of the demo's texts, {machine()}")
    print(f"{'embedding a product':<24}{1000 * seconds:8.1f} ms of CPU")
    for name, size in sizes.items():
        print(f"{name:<24}{size:8.0f} bytes a row")
    return 0


def seconds_per_product(products: int) -> float:
    """Return the processor time that a product's name and details take to encode."""
    drawn = draw_catalogue(products, 60, 1)
    records = [
        product_record(drawn, number, datetime(2026, 1, 1, tzinfo=UTC))
        for number in range(products)
    ]
    names = [f"{record['title']}\n{record['brand']}" for record in records]
    details = [
        f"{record['category']}\n{json.dumps(record['attributes'])}\n{record['description']}"
        for record in records
    ]
    settings = load_settings()
    encoder = load_encoder(settings)
    size = settings.embed_batch_size
    encoder.encode(names[:size])
    started = time.process_time()
    for texts in (names, details):
        # Sorted by length, as the worker's batches are.
        ordered = sorted(texts, key=len)
        for start in range(0, len(ordered), size):
            encoder.encode(ordered[start : start + size])
    return (time.process_time() - started) / products


def bytes_per_row() -> dict[str, float]:
    """Return the bytes of a row of each table, with its share of the indexes."""
    with connect() as connection:
        connection.execute(
            "insert into recs.embeddings (encoder_id, product_id, part, content_hash, embedding) "
            "select 1, product_id, part, md5(product_id || part), embedding "
            "from recs.product_vectors_1, unnest(array['name', 'details', 'actions']) as part"
        )
    with connect(autocommit=True) as connection:
        connection.execute("vacuum analyze")
        return dict(connection.execute(_SIZES).fetchall())


if __name__ == "__main__":
    sys.exit(main())
