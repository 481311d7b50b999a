"""Products per second of computing the whole catalogue's neighbours: two sessions against one.

    python -m benchmarks.neighbours [--products 100000]

The products are those of `benchmarks/catalogue.py`. The same slices of them are computed by one
session and by two, in turns, so that a machine whose speed drifts slows both. Wanted: at least 1.6
times the rate of one session, on two cores.
"""

import sys
import time

from alsolike.database import connect
from alsolike.neighbours import CHUNK, write_neighbours
from alsolike.progress import ignore_progress
from benchmarks.catalogue import catalogue, machine, options

K = 20
ROUNDS = 4
SESSIONS = (1, 2)
WANTED_RATIO = 1.6


def main() -> int:
    """Run the benchmark; 0 if the ratio is as wanted, 1 otherwise."""
    arguments = options(__doc__, products=100_000)
    with catalogue(arguments.products):
        spent = dict.fromkeys(SESSIONS, 0.0)
        count = 0
        with connect() as connection:
            [(model_id,)] = connection.execute("select model_id from recs.serving_model").fetchall()
            rows = connection.execute("select product_id from recs.product_vectors").fetchall()
        ids = [row[0] for row in rows]
        # The first slice warms both; each further one is computed by one session and by two.
        slices = [ids[start :: ROUNDS + 1] for start in range(ROUNDS + 1)]
        write_neighbours(model_id, slices[0], k=K, sessions=2, report=ignore_progress)
        for number, part in enumerate(slices[1:]):
            for sessions in SESSIONS if number % 2 == 0 else reversed(SESSIONS):
                started = time.perf_counter()
                written = write_neighbours(
                    model_id, part, k=K, sessions=sessions, report=ignore_progress
                )
                spent[sessions] += time.perf_counter() - started
                assert written == K * len(part), "every product gets all its neighbours"
            count += len(part)
    print(f"neighbours: {machine()}; {arguments.products:,} products, k = {K}, chunks of {CHUNK}")
    for sessions, seconds in spent.items():
        print(f"{sessions} sessions  {count / seconds:7.0f} products/s")
    ratio = spent[1] / spent[2]
    print(f"neighbours: ratio {ratio:.2f} (wanted at least {WANTED_RATIO})")
    return 0 if ratio >= WANTED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
