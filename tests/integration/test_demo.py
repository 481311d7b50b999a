"""The whole pipeline, as `alsolike` commands on a small demo shop with the real encoder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SIZE = ["--products", "60", "--shoppers", "40", "--days", "14"]


def alsolike(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "alsolike", *arguments],
        env={**os.environ, "ALSOLIKE_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def select(home: Path, statement: str, role: str = "owner") -> list[str]:
    """Rows of a query, as psql prints them."""
    done = alsolike(home, "psql", "--role", role, "-Atc", statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.real_encoder
def test_from_nothing_to_recommendations_and_a_snapshot(tmp_path: Path) -> None:
    first = alsolike(tmp_path, "demo", "--no-serve", *SIZE)
    assert first.returncode == 0, first.stderr
    assert "ready" in first.stdout

    assert select(tmp_path, "select count(*) from raw.products") == ["60"]
    assert select(tmp_path, "select count(*) from raw.rejected_rows") == ["0"]
    assert select(
        tmp_path,
        "select name, count(*) from recs.product_vectors join recs.models using (model_id)"
        " where kind = 'average' group by name",
    ) == ["average|60"]
    assert select(
        tmp_path,
        "select count(*) from recs.similar_products("
        "(select min(product_id) from raw.products), 10)",
        role="analyst",
    ) == ["10"]
    refused = alsolike(tmp_path, "psql", "--role", "analyst", "-c", "select * from raw.shoppers")
    assert refused.returncode == 1
    assert "permission denied" in refused.stderr

    assert select(
        tmp_path,
        "select string_agg(distinct model, ' and ') from marts.model_evaluations where is_latest",
        role="analyst",
    ) == ["average and trained-1"]

    models = "select string_agg(name, ',' order by model_id) from recs.models"
    decisions = "select count(*) from recs.promotions"
    made = select(tmp_path, models), select(tmp_path, decisions)
    state = "select md5(string_agg(embedded_at::text, ',' order by product_id, part)) "
    before = select(tmp_path, state + "from recs.embeddings")
    second = alsolike(tmp_path, "demo", "--no-serve", *SIZE)
    assert second.returncode == 0, second.stderr
    assert select(tmp_path, state + "from recs.embeddings") == before, "nothing is embedded twice"
    again = select(tmp_path, models), select(tmp_path, decisions)
    assert again == made, "nothing is trained twice"

    other = alsolike(tmp_path, "demo", "--no-serve", "--products", "61")
    assert other.returncode == 1
    assert "demo shop of other sizes" in other.stderr

    assert (tmp_path / "snapshot" / "current.json").exists(), "the demo keeps its snapshot"
    export = alsolike(tmp_path, "export", "--verify", "--json")
    assert export.returncode == 0, export.stderr
    assert json.loads(export.stdout)["product_count"] == 60
    fetch = alsolike(tmp_path, "fetch", "--json")
    assert fetch.returncode == 0, fetch.stderr
    fetched = json.loads(fetch.stdout)
    assert fetched["is_new"]
    assert fetched["snapshot_id"] == json.loads(export.stdout)["snapshot_id"]
