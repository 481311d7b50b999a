"""The variables of `dbt/dbt_project.yml`, which evaluation shares with the marts."""

from functools import cache
from pathlib import Path

import yaml

_PROJECT = Path(__file__).parents[1] / "dbt" / "dbt_project.yml"


@cache
def dbt_variables() -> dict[str, float]:
    """Return the values by name; the file says what they mean, with their units."""
    return yaml.safe_load(_PROJECT.read_text(encoding="utf-8"))["vars"]
