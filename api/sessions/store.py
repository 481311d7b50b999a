"""Sessions in Postgres, by Litestar's interface of a store.

A key is the id of a session; only its SHA-256 is kept, so that whoever reads the table can take
over nobody's session. A value is an object of JSON.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.exceptions import ClientException
from litestar.stores.base import Store
from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Work
from api.ladder.requests import read, write
from api.languages.translate import gettext as _


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


class ShopperGoneError(ClientException):
    """A shopper was erased, or has another password, since they proved who they are."""

    status_code = 409

    def __init__(self) -> None:
        super().__init__(_("Your account changed while you signed in. Sign in again."))


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
        is_new: bool = False,
        shopper_id: str | None = None,
        password_hash: str | None = None,
        also: Work[None] | None = None,
    ) -> bool:
        """Begin a session in place of another, which is over from then on.

        Parameters
        ----------
        is_new : bool
            Whether it begins too where the other is over already.
        shopper_id : str, optional
            Who is signed in.
        password_hash : str, optional
            Of the password that they gave.
        also : callable, optional
            Work of the same transaction, once the other session is over.

        Returns
        -------
        bool
            Whether it began.

        Raises
        ------
        ShopperGoneError
            There is no such shopper any more, or they have another password.
        """
        old_hash = None if old_key is None else hash_of(old_key)
        new = _parameters(key, value, expires_in)

        async def work(connection: Connection) -> bool:
            if shopper_id is not None:
                await _hold_shopper(connection, shopper_id, password_hash)
            parameters = {**new, "old_hash": old_hash}
            found = await connection.execute(query("api/sessions/replace_session"), parameters)
            if is_new and not found.rowcount:
                found = await connection.execute(query("api/sessions/write_session"), new)
            if also is not None and found.rowcount:
                await also(connection)
            return found.rowcount > 0

        return await write(self._request, work)

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

    async def delete_of_nobody(self, key: str) -> None:
        """End a session if its shopper is no more."""
        await self._write("api/sessions/end_session_of_nobody", {"session_hash": hash_of(key)})

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

    async def _write(self, name: str, parameters: dict[str, Any]) -> int:
        async def work(connection: Connection) -> int:
            return (await connection.execute(query(name), parameters)).rowcount

        return await write(self._request, work)


async def _hold_shopper(connection: Connection, shopper_id: str, password_hash: str | None) -> None:
    """Keep a shopper, and the password of their account, as they are until the transaction ends.

    Raises
    ------
    ShopperGoneError
        They are no more, or the password is another one.
    """
    shopper = {"shopper_id": shopper_id, "shopper_hash": shopper_hash(shopper_id)}
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/sessions/hold_shopper"), shopper)
    if not await cursor.fetchone():
        raise ShopperGoneError
    account = {"shopper_id": shopper_id, "password_hash": password_hash}
    found = await connection.execute(query("api/sessions/hold_account"), account)
    if password_hash is not None and not found.rowcount:
        raise ShopperGoneError


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
