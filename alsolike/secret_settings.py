"""The settings that are secrets: given, made and kept in the home folder, or made from another."""

import hmac
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from alsolike.errors import SettingError

# In characters.
_SHORTEST_KEY = 32
# Different characters that can be seen: a random secret of 16 has more, a held key has one.
_FEWEST_SIGNS = 6


def read_secret(env: Mapping[str, str], home: Path) -> str:
    """Return `ALSOLIKE_SECRET`, or the one in the home folder, which the first call makes."""
    if given := _given_key(env, "ALSOLIKE_SECRET"):
        return given
    kept = home / "secret"
    if not os.path.lexists(kept):
        _make_secret(kept)
    try:
        secret = kept.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(kept, error) from error
    fault = _fault(secret, _SHORTEST_KEY)
    if fault is not None:
        message = (
            f"The secret kept in {kept} {fault}: delete the file and a new one is made (who is "
            "signed in signs in again), or set ALSOLIKE_SECRET."
        )
        raise SettingError(message)
    return secret


def read_shopper_key(env: Mapping[str, str], secret: str) -> str:
    """Return `ALSOLIKE_SHOPPER_KEY`, or a key that follows from the secret."""
    given = _given_key(env, "ALSOLIKE_SHOPPER_KEY")
    return given or hmac.new(secret.encode(), b"e-mail addresses of shoppers", sha256).hexdigest()


def read_erasure_key(env: Mapping[str, str], secret: str) -> bytes:
    """Return the key of the list of erased shoppers, as SHA-256 makes it of the setting."""
    given = _given_key(env, "ALSOLIKE_ERASURE_KEY")
    return sha256(f"alsolike erasure {given or secret}".encode()).digest()


def read_webhook_secret(env: Mapping[str, str]) -> str:
    """Return the secret that a shop system signs its webhooks with; empty: none is taken."""
    return _given_key(env, "ALSOLIKE_WEBHOOK_SECRET", minimum=16)


def _given_key(env: Mapping[str, str], name: str, minimum: int = _SHORTEST_KEY) -> str:
    """Return a key that is long enough; empty: none is given."""
    key = env.get(name) or ""
    if key and (fault := _fault(key, minimum)) is not None:
        message = f"{name} {fault}. For one, run `openssl rand -hex 32`."
        raise SettingError(message)
    return key


def _fault(key: str, minimum: int) -> str | None:
    """Return why a key protects nothing, without telling it; None: it may do."""
    length = len(key.strip())
    if length < minimum:
        return f"has {length} characters, at least {minimum} are needed"
    signs = {sign for sign in key if sign.isprintable() and not sign.isspace() and sign != "\ufffd"}
    if len(signs) < _FEWEST_SIGNS:
        return (
            f"has {len(signs)} different characters that can be seen, at least {_FEWEST_SIGNS} are "
            "needed, because others would guess it"
        )
    return None


def _unreadable(kept: Path, error: OSError) -> SettingError:
    if kept.is_dir():
        what = "it is a folder: take it away"
    elif kept.is_symlink() and not kept.exists():
        what = f"it is a link to {kept.readlink()}, which is not there: put it there, or delete it"
    else:
        what = f"{error.strerror}: let the app's user read it"
    return SettingError(
        f"The secret kept in {kept} cannot be read: {what}, or set ALSOLIKE_SECRET."
    )


def _make_secret(kept: Path) -> None:
    """Write a new secret atomically; of several processes the first one wins."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".secret-", dir=kept.parent)
    except OSError as error:
        raise _no_secret(kept, error) from error
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(16))
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never replaces the file of another process.
        with suppress(FileExistsError):
            kept.hardlink_to(beside)
    except OSError as error:
        raise _no_secret(kept, error) from error
    finally:
        beside.unlink(missing_ok=True)


def _no_secret(kept: Path, error: OSError) -> SettingError:
    return SettingError(
        f"Cannot keep a secret in {kept}: {error.strerror}. "
        "Make room there, or set ALSOLIKE_SECRET or ALSOLIKE_HOME."
    )
