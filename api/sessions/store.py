"""Sessions in Postgres, by Litestar's interface of a store.

A key is the id of a session; only its SHA-256 is kept, so that whoever reads the table can take
over nobody's session. A value is an object of JSON.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.stores.base import Store
from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Work
from api.ladder.requests import read, write


class SessionRow(Struct, frozen=True):
    """What a session holds, as JSON, and the seconds until it expires."""

    data: str
    seconds_left: float


class SignedInSession(Struct, frozen=True):
    """A session in which a shopper is signed in.

    Attributes
    ----------
    session_hash : bytes
        SHA-256 of its id.
    created_at : datetime
        When somebody signed in, or the session got another id.
    browser, system : str or None
        Such as `Firefox` and `Linux`; None: not known.
    """

    session_hash: bytes
    created_at: datetime
    seconds_left: float
    browser: str | None
    system: str | None


def hash_of(session_id: str) -> bytes:
    """Return what is kept of an id: 32 bytes."""
    return hashlib.sha256(session_id.encode()).digest()


class PostgresStore(Store):
    """The table `ops.sessions`, as one request sees it.

    Reads see what the same browser wrote, whichever server answers. A value without an
    expiry lasts a day.

    Raises
    ------
    DatabaseAwayError, psycopg.Error
        Of any method: the database is away.
    """

    __slots__ = ("_request",)

    def __init__(self, request: AnyRequest) -> None:
        self._request = request

    async def read(self, key: str) -> SessionRow | None:
        """Read a session; None for one that is unknown or has expired."""
        return await read(self._request, lambda c: _read(c, hash_of(key)))

    async def get(self, key: str, renew_for: int | timedelta | None = None) -> bytes | None:
        """Return what a session holds; None for one that is unknown or has expired."""
        row = await self.read(key)
        if row is None:
            return None
        if renew_for is not None:
            await self.renew(key, renew_for)
        return row.data.encode()

    async def renew(self, key: str, expires_in: int | timedelta) -> bool:
        """Let a session last from now on; False if it is over."""
        parameters = {"session_hash": hash_of(key), "seconds": _seconds(expires_in)}
        return await self._write("api/sessions/renew_session", parameters) > 0

    async def set(
        self, key: str, value: str | bytes, expires_in: int | timedelta | None = None
    ) -> None:
        """Write what a session holds."""
        await self._write("api/sessions/write_session", _parameters(key, value, expires_in))

    async def replace(
        self,
        old_key: str | None,
        key: str,
        value: str | bytes,
        expires_in: int | timedelta | None = None,
        *,
        also: Work[None] | None = None,
    ) -> bool:
        """Begin a session in place of another, which is over from then on.

        Parameters
        ----------
        also : callable, optional
            Work of the same transaction, once the other session is over.

        Returns
        -------
        bool
            Whether it began: it does not where the other is over already.
        """
        old_hash = None if old_key is None else hash_of(old_key)
        parameters = {**_parameters(key, value, expires_in), "old_hash": old_hash}
        return await self._write("api/sessions/replace_session", parameters, also) > 0

    async def change(
        self,
        key: str,
        data: Mapping[str, Any],
        *,
        hide: str | None = None,
        show: str | None = None,
        most: int,
    ) -> bytes | None:
        """Change what a session holds, but for who it is of; None where it is over.

        Parameters
        ----------
        data : Mapping
            The keys to write.
        hide, show : str, optional
            Product to add to its key `hidden`, or to take from it.
        most : int
            Products in that list at most, the latest.
        """
        parameters = {
            "session_hash": hash_of(key),
            "data": msgspec.json.encode(data).decode(),
            "hide": hide,
            "show": show,
            "most": most,
        }

        async def work(connection: Connection) -> str | None:
            cursor = connection.cursor(row_factory=scalar_row)
            await cursor.execute(query("api/sessions/change_session"), parameters)
            return await cursor.fetchone()

        found = await write(self._request, work)
        return None if found is None else found.encode()

    async def delete(self, key: str) -> None:
        """End a session."""
        await self._write("api/sessions/delete_session", {"session_hash": hash_of(key)})

    async def delete_all(self) -> None:
        """End all sessions."""
        await self._write("api/sessions/delete_all_sessions", {})

    async def exists(self, key: str) -> bool:
        """Tell whether there is a session that has not expired."""
        return await self.read(key) is not None

    async def expires_in(self, key: str) -> int | None:
        """Return the seconds until a session expires; None for an unknown one."""
        row = await self.read(key)
        return None if row is None else int(row.seconds_left)

    async def of_shopper(self, shopper_id: str) -> list[SignedInSession]:
        """Return the sessions in which a shopper is signed in, the latest first."""
        return await read(self._request, lambda c: _list(c, shopper_id))

    async def delete_of_shopper(self, shopper_id: str, *, but: str | None = None) -> None:
        """End the sessions in which a shopper is signed in, maybe but one."""
        but_hash = None if but is None else hash_of(but)
        await self._write(
            "api/sessions/delete_sessions_of", {"shopper_id": shopper_id, "but_hash": but_hash}
        )

    async def _write(
        self, name: str, parameters: dict[str, Any], also: Work[None] | None = None
    ) -> int:
        async def work(connection: Connection) -> int:
            count = (await connection.execute(query(name), parameters)).rowcount
            if also is not None:
                await also(connection)
            return count

        return await write(self._request, work)


async def hold_session(connection: Connection, session_id: str) -> bool:
    """Keep a session from ending before the transaction does; False if it is over."""
    cursor = await connection.execute(
        query("api/sessions/hold_session"), {"session_hash": hash_of(session_id)}
    )
    return await cursor.fetchone() is not None


async def _read(connection: Connection, session_hash: bytes) -> SessionRow | None:
    cursor = connection.cursor(row_factory=class_row(SessionRow))
    await cursor.execute(query("api/sessions/read_session"), {"session_hash": session_hash})
    return await cursor.fetchone()


async def _list(connection: Connection, shopper_id: str) -> list[SignedInSession]:
    cursor = connection.cursor(row_factory=class_row(SignedInSession))
    await cursor.execute(query("api/sessions/sessions_of"), {"shopper_id": shopper_id})
    return await cursor.fetchall()


def _parameters(key: str, value: str | bytes, expires_in: int | timedelta | None) -> dict[str, Any]:
    data = value if isinstance(value, str) else value.decode()
    seconds = _seconds(timedelta(days=1) if expires_in is None else expires_in)
    return {"session_hash": hash_of(key), "data": data, "seconds": seconds}


def _seconds(duration: int | timedelta) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
