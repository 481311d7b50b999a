"""What makes a staged row unusable, as one SQL expression for each table."""

from typing import LiteralString

from psycopg import sql

from alsolike.loading.tables import Table

# Of a column: the condition under which its value is at fault, and what was expected.
_Fault = tuple[LiteralString, LiteralString]

# Words that are no id.
_NO_IDS: dict[str, _Fault] = {
    # A URL cannot have them as its last part.
    "product_id": ("{value} in ('.', '..')", "'it has no address of a page'"),
    "shopper_id": ("is_nobody({value})", "'such a word stands for guests'"),
    "return_id": ("{value} ^@ 'status:'", "'such an id stands for the status of a purchase'"),
}
_TIME: _Fault = ("time_fault({value}) is not null", "time_fault({value})")
_PRODUCT: _Fault = ("p.product_id is null", "'expected a product that is loaded'")
_FAULTS: dict[str, dict[str, _Fault]] = {
    "purchases": {
        "purchased_at": _TIME,
        "quantity": (
            "{value}::numeric < 1",
            "'expected a whole number from 1; a return is told by the column status or a file'",
        ),
        "product_id": _PRODUCT,
    },
    "views": {"viewed_at": _TIME, "product_id": _PRODUCT},
    "reviews": {
        "rating": ("{value} !~ '^[1-5]([.]0*)?$'", "'expected a number from 1 to 5'"),
        "reviewed_at": _TIME,
        "product_id": _PRODUCT,
    },
    "returns": {
        "returned_at": _TIME,
        "quantity": ("{value}::numeric < 1", "'expected a whole number from 1'"),
        "purchase_id": (
            "p.purchase_id is null",
            "'expected a purchase that is loaded: load it before its return or with it'",
        ),
    },
}
# What of a return its purchase does not allow. A time may be a day without an hour, or be in
# another zone.
_OF_PURCHASE: dict[str, dict[str, _Fault]] = {
    "returns": {
        "returned_at": (
            "{value}::timestamptz < p.purchased_at - interval '1 day'",
            "'expected a time after that of its purchase'",
        ),
        "quantity": (
            "{value}::numeric > p.quantity",
            "'expected no more than the ' || p.quantity || ' of its purchase'",
        ),
    },
}


def fault_of(table: Table) -> sql.Composed:
    """Return the first reason why a row of `staged as s` cannot be used; null if there is none.

    That of an event needs its product as `p`, that of a return its purchase.
    """
    branches: list[sql.SQL | sql.Composed] = [sql.SQL("when s.problem is not null then s.problem")]
    for need in table.needed:
        columns = need if isinstance(need, tuple) else (need,)
        verb = "is missing" if len(columns) == 1 else "are missing: expected one of them"
        branches.append(
            sql.SQL("when coalesce({}) is null then {}").format(
                sql.SQL(", ").join(map(_staged, columns)),
                sql.Literal(f"{' and '.join(columns)} {verb}"),
            )
        )
    if no_id := _NO_IDS.get(table.row_id):
        branches.append(_branch(table.row_id, no_id))
    branches += [
        sql.SQL("when octet_length({1}) > {2} then too_long({0}, {1}, {2})").format(
            sql.Literal(column), _staged(column), sql.Literal(most)
        )
        for column, most in table.longest.items()
    ]
    branches += [
        _branch(*fault)
        for faults in (_FAULTS, _OF_PURCHASE)
        for fault in faults.get(table.name, {}).items()
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(branches))


def _branch(column: str, fault: _Fault) -> sql.Composed:
    condition, expectation = (sql.SQL(text).format(value=_staged(column)) for text in fault)
    return sql.SQL("when {} then fault({}, {}, {})").format(
        condition, sql.Literal(column), _staged(column), expectation
    )


def _staged(column: str) -> sql.Identifier:
    return sql.Identifier("s", column)
