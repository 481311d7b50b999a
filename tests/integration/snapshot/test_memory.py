"""A snapshot of a million rows is written and verified in bounded memory."""

import json
import subprocess
import sys

import pytest

from alsolike.database import connect

PRODUCTS = 50_000
NEIGHBOURS = 20
# Five times fewer rows at a time than there are in all, plus what Arrow and boto3 keep.
LIMIT_MEBIBYTES = 160

# Exports and verifies a few rows first, so that what the libraries take once does not count.
PROGRAM = """
import json
import resource
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.verify import verify_snapshot

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

settings = load_settings()
small = export_snapshot(settings, product_ids=["1", "2"], report=ignore_progress)
verify_snapshot(settings, snapshot_id=small.snapshot_id, report=ignore_progress)
before = peak()
whole = export_snapshot(settings, report=ignore_progress)
verify_snapshot(settings, report=ignore_progress)
print(json.dumps({"rows": whole.row_count, "grown": peak() - before}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory as Linux counts it")
@pytest.mark.usefixtures("database", "s3")
def test_memory_does_not_grow_with_the_rows() -> None:
    with connect() as connection:
        connection.execute(
            "insert into raw.products (product_id, title) "
            "select i, 'A title' from generate_series(1, %s) as i",
            (PRODUCTS,),
        )
        connection.execute(
            "insert into recs.encoders (name, sha256, dimension) values ('e', 'e', 3)"
        )
        connection.execute(
            "insert into recs.serving_model (model_id) "
            "select recs.add_model('average', 'average', encoder_id, 3, '{}') from recs.encoders"
        )
        connection.execute(
            "insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) "
            "select m.model_id, i, r, 1 + (i + r * 17) %% %s, 1 - r / 100.0 "
            "from recs.serving_model as m, generate_series(1, %s) as i, "
            "generate_series(1, %s) as r",
            (PRODUCTS, PRODUCTS, NEIGHBOURS),
        )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert result["rows"] == PRODUCTS * NEIGHBOURS
    assert result["grown"] < LIMIT_MEBIBYTES
