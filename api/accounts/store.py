"""The statements about accounts, their links, and attempts to sign in."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg.rows import class_row, scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection

Purpose = Literal["sign-up", "claim", "reset"]


class Account(Struct, frozen=True):
    """An account.

    Attributes
    ----------
    display_name : str or None
        What its shopper is called.
    password_hash : str or None
        None: nobody signs in with a password.
    """

    shopper_id: str
    display_name: str | None
    email: str
    password_hash: str | None
    created_at: datetime


class Link(Struct, frozen=True):
    """A link that was mailed, and is good.

    Attributes
    ----------
    password_hash : str or None
        Of a sign-up: of the password that was chosen.
    """

    purpose: Purpose
    shopper_id: str
    email: str
    display_name: str | None
    password_hash: str | None


def token_hash(token: str) -> bytes:
    """Return what is kept of a link's token: 32 bytes."""
    return hashlib.sha256(token.encode()).digest()


async def find_account(connection: Connection, email: str) -> Account | None:
    """Find the account of an address, as `folded_email` writes it."""
    cursor = connection.cursor(row_factory=class_row(Account))
    await cursor.execute(query("api/accounts/find_account"), {"email": email})
    return await cursor.fetchone()


async def account_of(connection: Connection, shopper_id: str) -> Account | None:
    """Read the account of a shopper; None if they have none."""
    cursor = connection.cursor(row_factory=class_row(Account))
    await cursor.execute(query("api/accounts/account_of"), {"shopper_id": shopper_id})
    return await cursor.fetchone()


async def write_password(
    connection: Connection, shopper_id: str, *, old_hash: str, new_hash: str
) -> bool:
    """Give an account another password; False if it got another one since it was read."""
    parameters = {"shopper_id": shopper_id, "old_hash": old_hash, "new_hash": new_hash}
    cursor = await connection.execute(query("api/accounts/write_password"), parameters)
    return cursor.rowcount > 0


async def change_password(
    connection: Connection, shopper_id: str, *, old_hash: str, new_hash: str
) -> bool:
    """As `write_password`, for an owner who chose it: what was mailed before is over."""
    parameters = {"shopper_id": shopper_id, "old_hash": old_hash, "new_hash": new_hash}
    cursor = await connection.execute(query("api/accounts/change_password"), parameters)
    return cursor.rowcount > 0


async def ask_sign_up(
    connection: Connection,
    token: str,
    *,
    email: str,
    hashed_id: str | None,
    new_id: str,
    display_name: str | None,
    password_hash: str,
    seconds: float,
) -> Purpose:
    """Keep the link of a sign-up; of an address that has an account, one for another password.

    Parameters
    ----------
    hashed_id : str or None
        The shopper that loads of shop systems' exports make of the address.
    new_id : str
        Of a new shopper, where the shop does not know that one.
    seconds : float
        How long the link is good.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "token_hash": token_hash(token),
        "email": email,
        "hashed_id": hashed_id,
        "new_id": new_id,
        "display_name": display_name,
        "password_hash": password_hash,
        "seconds": seconds,
    }
    await cursor.execute(query("api/accounts/ask_sign_up"), parameters)
    purpose = await cursor.fetchone()
    assert purpose is not None  # noqa: S101  (the statement always writes one row)
    return purpose


async def ask_reset(
    connection: Connection, token: str, *, email: str, new_id: str, seconds: float
) -> bool:
    """Keep a link that gives an account another password; False if there is no account.

    As much is written either way.

    Parameters
    ----------
    new_id : str
        An id of no shopper, for a link that opens nothing.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "token_hash": token_hash(token),
        "email": email,
        "new_id": new_id,
        "seconds": seconds,
    }
    await cursor.execute(query("api/accounts/ask_reset"), parameters)
    return bool(await cursor.fetchone())


async def read_link(connection: Connection, token: str) -> Link | None:
    """Read a link; None if it was used, is too old or was never made."""
    cursor = connection.cursor(row_factory=class_row(Link))
    await cursor.execute(query("api/accounts/read_link"), {"token_hash": token_hash(token)})
    return await cursor.fetchone()


async def make_account(
    connection: Connection, token: str, *, shopper_id: str, password_hash: str
) -> bool:
    """Make the account that a link is for, and use the link up; False if none can be made.

    Parameters
    ----------
    shopper_id : str
        Whom the link names.
    """
    parameters = {
        "token_hash": token_hash(token),
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "password_hash": password_hash,
    }
    cursor = await connection.execute(query("api/accounts/make_account"), parameters)
    return cursor.rowcount > 0


async def reset_password(connection: Connection, token: str, password_hash: str) -> str | None:
    """Give the account of a link another password, and end its sessions.

    Returns
    -------
    str or None
        Whose account it is; None if the link is not good any more.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {"token_hash": token_hash(token), "password_hash": password_hash}
    # A statement of its own: the next one sees what was committed until the account was free.
    held = {"token_hash": parameters["token_hash"]}
    await connection.execute(query("api/accounts/hold_account_of_link"), held)
    await cursor.execute(query("api/accounts/reset_password"), parameters)
    return await cursor.fetchone()


async def end_session(connection: Connection, shopper_id: str, session_hash: bytes) -> bool:
    """End a session of a shopper; False if there is none of that hash that is theirs."""
    parameters = {"shopper_id": shopper_id, "session_hash": session_hash}
    cursor = await connection.execute(query("api/accounts/end_session"), parameters)
    return cursor.rowcount > 0


async def take_attempts(
    connection: Connection,
    *,
    key_hashes: Sequence[bytes],
    most: Sequence[int],
    seconds: Sequence[float],
) -> float | None:
    """Count an attempt for each key; the seconds to wait if one has none left."""
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {"key_hashes": list(key_hashes), "most": list(most), "seconds": list(seconds)}
    await cursor.execute(query("api/accounts/take_attempts"), parameters)
    return await cursor.fetchone()


async def forgive_attempts(connection: Connection, key_hashes: Sequence[bytes]) -> None:
    """Forget the attempts of some keys."""
    parameters = {"key_hashes": list(key_hashes)}
    await connection.execute(query("api/accounts/forgive_attempts"), parameters)
