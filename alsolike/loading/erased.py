"""Leave out the rows of shoppers who were erased."""

from psycopg import sql

from alsolike.database import query
from alsolike.loading.staging import StagedFile
from alsolike.loading.tables import VIEWS
from alsolike.privacy.erased import has_erased_shoppers
from alsolike.privacy.hashes import pads

# The rest of a session that a row ties to an erased shopper.
_OF_SESSIONS = sql.SQL(
    "(s.shopper_id is null and s.session_id in (select o.session_id from staged as o "
    "inner join erased as e on o.shopper_id = e.shopper_id))"
)


def leave_out_erased(staged: StagedFile) -> int:
    """Delete the staged rows of erased shoppers; return how many there were.

    Call it before anything looks at the rows: notes and rejected rows quote them.

    Raises
    ------
    ErasureKeyError
        The list was made with another key, so it cannot be compared with the file.
    """
    if "shopper_id" not in staged.table.columns or not has_erased_shoppers(staged.connection):
        return 0
    of_sessions = _OF_SESSIONS if staged.table is VIEWS else sql.SQL("false")
    statement = sql.SQL(query("alsolike/loading/delete_erased")).format(of_sessions=of_sessions)
    erased = staged.connection.execute(statement, pads()._asdict()).rowcount
    staged.rows -= erased
    return erased
