"""Every table and column says what it holds, where people look: in the database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from alsolike.database import connect

DBT = Path(__file__).parents[2] / "dbt"
MODELS = DBT / "models"
# Partitions are made by recs.add_model and described by their parent.
UNDESCRIBED = """
    select format('%s.%s%s', n.nspname, c.relname, '.' || a.attname)
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    cross join lateral (
        select null as attname, obj_description(c.oid, 'pg_class') as description
        union all
        select a.attname, col_description(c.oid, a.attnum)
        from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            -- Columns of the task queue are described in its own documents.
            and c.relname not like 'procrastinate%'
    ) as a
    where n.nspname in ('raw', 'recs', 'ops', 'analytics') and c.relkind in ('r', 'p', 'v', 'm')
        and not c.relispartition and coalesce(a.description, '') = ''
    order by 1
"""


@pytest.mark.usefixtures("database")
def test_every_table_and_column_of_the_migrations_is_described() -> None:
    with connect() as connection:
        assert connection.execute(UNDESCRIBED).fetchall() == []


def test_every_dbt_model_and_column_is_described() -> None:
    described = {
        model["name"]: model
        for path in MODELS.rglob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", [])
    }
    assert set(described) == {path.stem for path in MODELS.rglob("*.sql")}
    lacking = [
        (name, column["name"] if column else None)
        for name, model in described.items()
        # A model's own description, then those of its columns.
        for column in (None, *model.get("columns", []))
        if not (column or model).get("description")
    ]
    assert lacking == []
    # A mart's columns are all named: its contract is checked by dbt.
    assert all(model.get("columns") for model in described.values())


def test_dbt_has_nothing_to_warn_of(tmp_path: Path) -> None:
    # `make docs` stops at a warning too. Nothing of it connects.
    parsed = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            "from dbt.cli.main import cli; cli()",
            "--warn-error",
            "--no-send-anonymous-usage-stats",
            "--log-path",
            tmp_path,
            "parse",
            "--project-dir",
            DBT,
            "--profiles-dir",
            DBT,
            "--target-path",
            tmp_path,
        ],
        env={**os.environ, "PGHOST": "none", "PGUSER": "none", "PGDATABASE": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert parsed.returncode == 0, parsed.stdout
    assert (tmp_path / "manifest.json").exists()
