"""Writing what was shown, seen and clicked on, many rows by one statement."""

from collections.abc import Sequence

import psycopg
from msgspec import structs
from psycopg.rows import scalar_row

from alsolike.database import query
from api.database.pool import Connection
from api.impressions.rows import Exposure, Mark, ShownList
from api.impressions.tags import ListTag, impression_id, served_at


async def write_shown(connection: Connection, lists: Sequence[ShownList]) -> None:
    """Write lists: a row per product, or counts alone of whoever did not agree to measurement.

    Lists that are there are left as they are.
    """
    rows = [(one, shown) for one in lists for shown in one.products]
    parameters = {
        "impression_ids": [
            None if one.answer_id is None else impression_id(one.answer_id, shown.position)
            for one, shown in rows
        ],
        "answer_ids": [one.answer_id for one, _ in rows],
        "served_at": [one.served_at for one, _ in rows],
        "places": [one.place for one, _ in rows],
        "tiers": [one.tier for one, _ in rows],
        "page_product_ids": [one.page_product_id for one, _ in rows],
        "shopper_ids": [one.shopper_id for one, _ in rows],
        "session_ids": [one.session_id for one, _ in rows],
        "are_bots": [one.is_bot for one, _ in rows],
        "product_ids": [shown.product_id for _, shown in rows],
        "positions": [shown.position for _, shown in rows],
        "models": [shown.model for _, shown in rows],
        "scores": [shown.score for _, shown in rows],
        "reason_kinds": [shown.reason_kind for _, shown in rows],
    }
    try:
        await connection.execute(query("api/impressions/write_shown"), parameters)
    except psycopg.errors.CheckViolation:
        # A month began, and nobody made its partition.
        await connection.execute(query("api/impressions/add_months"))
        await connection.execute(query("api/impressions/write_shown"), parameters)
    except psycopg.errors.ForeignKeyViolation:
        # A shopper was erased meanwhile: now that can be seen.
        await connection.execute(query("api/impressions/write_shown"), parameters)


async def write_marks(connection: Connection, marks: Sequence[Mark]) -> list[Mark]:
    """Write what was seen or clicked on, each once; return those whose impression is not there."""
    marks = await _as_allowed(connection, marks)
    counted = [mark for mark in marks if isinstance(mark.tag, ListTag)]
    if counted:
        await _count(connection, counted)
    named = [mark for mark in marks if not isinstance(mark.tag, ListTag)]
    if not named:
        return []
    ids = [mark.tag for mark in named if not isinstance(mark.tag, ListTag)]
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(
        query("api/impressions/write_marks"),
        {
            "impression_ids": ids,
            "served_at": [served_at(one) for one in ids],
            "product_ids": [mark.product_id for mark in named],
            "marked_at": [mark.marked_at for mark in named],
            "are_clicks": [mark.is_click for mark in named],
            "shopper_ids": [mark.shopper_id for mark in named],
            "session_ids": [mark.session_id for mark in named],
        },
    )
    places = set(await cursor.fetchall())
    return [mark for place, mark in enumerate(named, start=1) if place not in places]


async def _as_allowed(connection: Connection, marks: Sequence[Mark]) -> list[Mark]:
    """Take the name from what was told of shoppers who do not consent to measurement."""
    told = {mark.shopper_id for mark in marks if mark.otherwise and mark.shopper_id is not None}
    if not told:
        return [*marks]
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/impressions/measured_shoppers"), {"shopper_ids": [*told]})
    unmeasured = told - set(await cursor.fetchall())
    return [
        structs.replace(mark, tag=mark.otherwise, shopper_id=None, session_id=None)
        if mark.otherwise and mark.shopper_id in unmeasured
        else mark
        for mark in marks
    ]


async def write_exposures(connection: Connection, exposures: Sequence[Exposure]) -> None:
    """Write who was given which arm of an experiment, each once: the first stays."""
    await connection.execute(
        query("api/impressions/write_exposures"),
        {
            "experiments": [one.experiment for one in exposures],
            "arms": [one.arm for one in exposures],
            "shopper_ids": [one.shopper_id for one in exposures],
            "session_ids": [one.session_id for one in exposures],
            "exposed_at": [one.exposed_at for one in exposures],
        },
    )


async def _count(connection: Connection, marks: Sequence[Mark]) -> None:
    tags = [mark.tag for mark in marks if isinstance(mark.tag, ListTag)]
    await connection.execute(
        query("api/impressions/count_marks"),
        {
            "days": [mark.marked_at.date() for mark in marks],
            "places": [tag.place for tag in tags],
            "models": [tag.model for tag in tags],
            "tiers": [tag.tier for tag in tags],
            "positions": [tag.position for tag in tags],
            "product_ids": [mark.product_id for mark in marks],
            "are_bots": [mark.is_bot for mark in marks],
            "are_clicks": [mark.is_click for mark in marks],
        },
    )
