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


def read_secret(env: Mapping[str, str], home: Path) -> str:
    """Return `ALSOLIKE_SECRET`, or the one in the home folder, which the first call makes."""
    if given := _given_key(env, "ALSOLIKE_SECRET"):
        return given
    kept = home / "secret"
    if not kept.exists():
        _make_secret(kept)
    secret = kept.read_text(encoding="utf-8", errors="replace")
    if len(secret.strip()) < _SHORTEST_KEY:
        message = (
            f"The secret kept in {kept} has {len(secret.strip())} characters, at least "
            f"{_SHORTEST_KEY} are needed: delete the file and a new one is made (who is signed in "
            "signs in again), or set ALSOLIKE_SECRET."
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
    if key and len(key) < minimum:
        message = f"{name} is {len(key)} characters: give at least {minimum}."
        raise SettingError(message)
    return key


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
