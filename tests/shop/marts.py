"""Marts without a run of dbt: the tables of dbt's own contracts, with rows that a test chooses."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment
from msgspec import Struct
from psycopg import sql

from alsolike.database import connect
from tests.shop.database import add_rows

MODELS = Path(__file__).parents[2] / "dbt" / "models"

# What a column that may not be null holds where a test does not say, by the first word of its type.
_NEUTRAL = {
    "bigint": "0",
    "boolean": "false",
    "double": "0",
    "integer": "0",
    "smallint": "1",
    "date": "'2026-01-01'",
    "numeric": "0",
    "text": "''",
    "timestamptz": "'2026-01-01 00:00Z'",
}

_OF_EMBEDDING = ("product_documents", "shopper_interactions", "product_popularity")


class Contract(Struct):
    """What dbt promises of a table.

    Attributes
    ----------
    schema : str
    columns : dict of str to str
        The name and the definition of each column, in order.
    constraints : list of str
        Primary key and checks, as `create table` takes them.
    indexes : list of dict
        `columns`, a list of names, and `unique`.
    readers : list of str
        Roles that may select.
    """

    schema: str
    columns: dict[str, str]
    constraints: list[str]
    indexes: list[dict[str, Any]]
    readers: list[str]


@cache
def contracts() -> dict[str, Contract]:
    """Read the contract of every model of dbt that has one, by the name of its table."""
    return {
        model["name"]: _contract(path.parent, model)
        for path in sorted(MODELS.rglob("_*.yml"))
        for model in yaml.safe_load(path.read_text()).get("models", [])
        if path.parent.name == "marts" or model.get("config", {}).get("contract")
    }


def make_mart(name: str, rows: Iterable[Mapping[str, Any]] = ()) -> None:
    """Create the table of a mart as dbt would, with these rows.

    A column that a row leaves out is null, or 0, empty or false where it may not be null.
    """
    contract = contracts()[name]
    table = sql.Identifier(contract.schema, name)
    definitions = [f"{column} {type_}" for column, type_ in contract.columns.items()]
    body = ", ".join([*definitions, *contract.constraints])
    with connect() as connection:
        connection.execute(_filled("create table {} ({})", table, body))
        for index in contract.indexes:
            statement = (
                "create unique index on {} ({})"
                if index.get("unique")
                else ("create index on {} ({})")
            )
            connection.execute(_filled(statement, table, ", ".join(index["columns"])))
        if contract.readers:
            connection.execute(
                _filled("grant select on {} to {}", table, ", ".join(contract.readers))
            )
    add_rows(f"{contract.schema}.{name}", rows)


def make_marts(*names: str) -> None:
    """Create the tables of some marts as dbt would, empty; without names, those of embedding."""
    for name in names or _OF_EMBEDDING:
        make_mart(name)


def _contract(folder: Path, model: dict[str, Any]) -> Contract:
    config = _config((folder / f"{model['name']}.sql").read_text())
    constraints: list[dict[str, Any]] = model.get("constraints", [])
    return Contract(
        schema=folder.name if folder.name == "marts" else "staging",
        columns={column["name"]: _definition(column) for column in model["columns"]},
        constraints=[
            f"check ({constraint['expression']})"
            if constraint["type"] == "check"
            else f"primary key ({', '.join(constraint['columns'])})"
            for constraint in constraints
        ],
        indexes=config.get("indexes", []),
        readers=config.get("grants", {}).get("select", []),
    )


def _definition(column: dict[str, Any]) -> str:
    data_type: str = column["data_type"]
    if {"type": "not_null"} not in column.get("constraints", []):
        return data_type
    neutral = _NEUTRAL[re.split(r"\W", data_type)[0]]
    return f"{data_type} not null default {neutral}"


def _config(source: str) -> dict[str, Any]:
    """Return the arguments of the call of `config` with which a model may begin."""
    call = re.match(r"\{\{\s*config\(.*?\n\}\}", source, re.DOTALL)
    said: dict[str, Any] = {}
    if call is not None:
        Environment(autoescape=False).from_string(call[0]).render(config=said.update)  # noqa: S701
    return said


def _filled(statement: str, table: sql.Identifier, rest: str) -> sql.Composed:
    return sql.SQL(statement).format(table, sql.SQL(rest))  # pyright: ignore
