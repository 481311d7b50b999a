"""Insert or update staged products and shoppers."""

from typing import Any, Literal, LiteralString

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import StagedFile, columns_of, count, count_rejected
from alsolike.loading.summary import counted
from alsolike.loading.tables import PRODUCTS

# What the table calls the columns of a file of products, but for the id.
STORED = {
    column: "is_in_stock" if column == "in_stock" else column for column in PRODUCTS.columns[1:]
}

# A change of one of them decides whether the others can stay: their decimals, and the lower price.
# What is known of them, as a file would have it.
KNOWN_PRICES: dict[str, LiteralString] = {
    "price": "trim_scale(p.price)::text",
    "sale_price": "trim_scale(p.sale_price)::text",
    "currency": "p.currency",
}

# The values of a product's columns that hold no text, and those that stand for none.
_STAGED: dict[str, LiteralString] = {
    "category": "category_path(s.category)",
    "price": "round(s.price::numeric, decimals(s.currency))",
    "currency": "upper(s.currency)",
    "attributes": "s.attributes::jsonb",
    "in_stock": "is_in_stock(s.in_stock)",
    "created_at": "s.created_at::timestamptz",
    "sale_price": "round(s.sale_price::numeric, decimals(s.currency))",
    "is_hidden": "hides(s.is_hidden)",
    "language": "replace(lower(s.language), '_', '-')",
    "more_image_urls": "s.more_image_urls::jsonb",
    "gtin": "regexp_replace(s.gtin, '[ -]', '', 'g')",
}
_DEFAULTS: dict[str, LiteralString] = {
    "attributes": "'{}'",
    "more_image_urls": "'[]'",
    "in_stock": "true",
    "created_at": "p.created_at, now()",
    "is_hidden": "false",
}


def fill_prices(staged: StagedFile, columns: set[str]) -> None:
    """Complete prices and currency of a file that has some of these columns by what is known.

    Call it before `repair`.
    """
    lacking = [column for column in KNOWN_PRICES if column not in columns]
    if 0 < len(lacking) < len(KNOWN_PRICES):
        statement = sql.SQL(query("alsolike/loading/fill_prices")).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, lacking)),
            known=sql.SQL(", ").join(sql.SQL(KNOWN_PRICES[column]) for column in lacking),
        )
        staged.connection.execute(statement)


def upsert_products(staged: StagedFile, columns: set[str], *, is_full: bool) -> int:
    """Insert or update the usable products; return how many are new or changed.

    Columns that the file lacks keep their values.
    """
    _reject_conflicts(staged)
    names = list(STORED.values())
    if columns & KNOWN_PRICES.keys():
        columns = columns | KNOWN_PRICES.keys()
    values = [_value(column, is_in_file=column in columns, is_full=is_full) for column in STORED]
    upsert = sql.SQL(query("alsolike/loading/upsert_products")).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(values),
        stored=columns_of("k", names),
        excluded=columns_of("excluded", names),
    )
    loaded = fill_empty_table(staged, upsert, with_keys=False)
    if loaded is None:
        loaded = staged.connection.execute(upsert).rowcount
    return loaded


def _value(column: str, *, is_in_file: bool, is_full: bool) -> sql.Composable:
    """Return what to store in a product's column.

    A product without a stock value is sold if the file has all products that are.
    """
    if is_in_file:
        value = staged_value(column)
    elif is_full and column == "in_stock":
        value = sql.SQL("true")
    else:
        value = sql.Identifier("p", STORED[column])
    return or_default(column, value)


def staged_value(column: str) -> sql.Composable:
    """Return the value of a staged product `s` as its column holds it."""
    return sql.SQL(_STAGED[column]) if column in _STAGED else sql.Identifier("s", column)


def or_default(column: str, value: sql.Composable) -> sql.Composable:
    """Return a value with what stands for none; `p` is the product as it was."""
    if column not in _DEFAULTS:
        return value
    return sql.SQL("coalesce({}, {})").format(value, sql.SQL(_DEFAULTS[column]))


def count_lacking(staged: StagedFile) -> tuple[int, int]:
    """Return how many products on sale the file lacks, and how many are on sale."""
    row = staged.connection.execute(query("alsolike/loading/count_lacking")).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def take_out_products(staged: StagedFile) -> int:
    """Set the products that the file lacks out of stock, which hides them; return how many."""
    return staged.connection.execute(query("alsolike/loading/take_out_products")).rowcount


def upsert_shoppers(staged: StagedFile, source: str) -> int:
    """Insert or update the usable shoppers and their consent; return how many are new or changed.

    `source` is recorded as the origin of the decisions on consent.
    """
    _reject_conflicts(staged)
    return count(staged, query("alsolike/loading/upsert_shoppers"), {"source": source})


def add_named_shoppers(staged: StagedFile, *, is_granted: bool, source: str) -> str | None:
    """Insert the shoppers that the file names, and the caller's statement where consent is unknown.

    `source` is recorded as the origin of the decision. Returns a note on those who count as not
    having agreed because somebody said no whose id looks the same.
    """
    staged.connection.execute(query("alsolike/loading/create_named_shoppers"))
    staged.connection.execute(query("alsolike/loading/insert_named_shoppers"))
    return _alike(staged, "insert_consents", {"is_granted": is_granted, "source": source})


def refuse_alike(staged: StagedFile, source: str) -> str | None:
    """Let a no of the file of shoppers count for ids that look the same; return a note on them.

    Call it after `upsert_shoppers`, with the same `source`.
    """
    return _alike(staged, "refuse_alike", {"source": source})


def _alike(
    staged: StagedFile, name: Literal["insert_consents", "refuse_alike"], parameters: dict[str, Any]
) -> str | None:
    row = staged.connection.execute(query(f"alsolike/loading/{name}"), parameters).fetchone()
    shoppers, one = row or (0, None)
    if not shoppers:
        return None
    return (
        f"{counted(shoppers, 'shopper')} taken as not having agreed, such as '{one}': a shopper "
        "whose id looks the same said no."
    )


def _reject_conflicts(staged: StagedFile) -> None:
    table = staged.table
    staged.connection.execute(
        sql.SQL(query("alsolike/loading/conflicts_entries")).format(
            row_id=sql.Identifier(table.row_id),
            name=sql.Literal(table.row_id),
            expected=sql.Literal(
                "one line for a product, or for each variant a line with an id of its own and the "
                "same item_group_id"
                if table is PRODUCTS
                else "one line for a shopper"
            ),
            here=columns_of("u", table.columns),
            there=columns_of("o", table.columns),
        )
    )
    count_rejected(staged)
