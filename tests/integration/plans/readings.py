"""What a statement read of each table, with all the statements inside the functions it calls.

Counted by Postgres itself: `explain` shows nothing of what a function runs. The counts are those
that the open transaction has made so far, so that nothing has to be waited for.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from msgspec import Struct, field

# A row: a table with how often it was read from one end to the other, or an index with its table
# and how often it was searched; and the rows, or entries, that were read. Months of impressions
# count as the whole table.
_COUNTS = """
    select
        coalesce(whole.relname, t.relname),
        case when c.relkind = 'i' then coalesce(whole_index.relname, c.relname) end,
        -- A month without rows is read from its beginning for nothing.
        case
            when whole.oid is not null and pg_stat_get_xact_tuples_returned(c.oid) = 0 then 0
            else pg_stat_get_xact_numscans(c.oid)
        end,
        pg_stat_get_xact_tuples_returned(c.oid)
    from pg_class as c
    left join pg_index as i on c.oid = i.indexrelid
    inner join pg_class as t on coalesce(i.indrelid, c.oid) = t.oid
    left join pg_inherits as h on t.oid = h.inhrelid
    left join pg_class as whole on h.inhparent = whole.oid and whole.relname = 'impressions'
    left join pg_inherits as hi on c.oid = hi.inhrelid and whole.oid is not null
    left join pg_class as whole_index on hi.inhparent = whole_index.oid and c.relkind = 'i'
    where
        c.relnamespace::regnamespace::text in ('raw', 'recs', 'marts')
        and c.relkind in ('r', 'i')
"""


class Readings(Struct):
    """What was read.

    Attributes
    ----------
    rows : Counter
        Of each table: rows read by scans of it, plus entries read of its indexes.
    scanned : Counter
        How often a table was read from its beginning, maybe not to its end.
    searched : Counter
        How often an index was searched.
    """

    rows: Counter[str] = field(default_factory=Counter[str])
    scanned: Counter[str] = field(default_factory=Counter[str])
    searched: Counter[str] = field(default_factory=Counter[str])


@contextmanager
def readings(connection: psycopg.Connection[Any]) -> Generator[Readings]:
    """Count what is read within the block, which must stay in one transaction."""
    found = Readings()
    _count(connection, found, -1)
    yield found
    _count(connection, found, 1)


def _count(connection: psycopg.Connection[Any], found: Readings, sign: int) -> None:
    for table, index, scans, rows in connection.execute(_COUNTS):
        found.rows[table] += sign * rows
        (found.scanned if index is None else found.searched)[index or table] += sign * scans
