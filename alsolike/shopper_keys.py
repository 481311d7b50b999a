"""Keys that verify the tokens which a shop signs for its shoppers' browsers.

A key is good for one algorithm, by its type, whatever a token says of itself: so no public key
passes for a secret.
"""

import base64
import binascii
import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey, OKPKey, RSAKey

from alsolike.errors import AlsolikeError

_LEAST_SECRET_BYTES = 32
_LEAST_RSA_BITS = 2048
# By type and curve; RFC 9864 calls EdDSA with this curve by a name of its own.
_ALGORITHMS: Final[Mapping[tuple[str, str | None], frozenset[str]]] = {
    ("oct", None): frozenset({"HS256"}),
    ("RSA", None): frozenset({"RS256"}),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA", "Ed25519"}),
}


class UnusableKeyError(AlsolikeError):
    """A key is of no type that can be used, or too weak."""


def read_key(text: str) -> Key:
    r"""Read a key: a JWK, the PEM of a public key (`\n` stands for a line's end), or a secret.

    Raises
    ------
    UnusableKeyError
        The message says what to give, and never has the key.
    """
    text = text.strip().replace("\\n", "\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            if text.startswith("{"):
                key = JWKRegistry.import_key(json.loads(text))
            elif "-----BEGIN" in text:
                key = _read_pem(text)
            else:
                key = _read_secret(text.encode())
    except SecurityWarning as error:
        message = f"It is too weak: {error}."
        raise UnusableKeyError(message) from error
    except (JoseError, ValueError, TypeError) as error:
        message = "It is no JWK, no PEM of a public key and no secret."
        raise UnusableKeyError(message) from error
    _check(key)
    return key


def read_key_set(content: bytes) -> dict[str | None, Key]:
    """Read the public keys of a JWKS by their ids; others in it are of no use here.

    Raises
    ------
    UnusableKeyError
        It is no JWKS, or has no key that can be used.
    """
    try:
        entries = cast("Sequence[dict[str, Any]]", json.loads(content)["keys"])
        keys = [key for entry in entries if (key := _usable(entry)) is not None]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        message = 'It is no JWKS: expected {"keys": […]}.'
        raise UnusableKeyError(message) from error
    if not keys:
        message = "It has no RSA, EC (P-256) or Ed25519 public key to verify signatures with."
        raise UnusableKeyError(message)
    return {key.kid: key for key in keys}


def algorithms_of(key: Key) -> frozenset[str]:
    """Return what the header of a token may call the one algorithm that a key is good for.

    Raises
    ------
    UnusableKeyError
        It is good for none.
    """
    curve = key.curve_name if isinstance(key, (ECKey, OKPKey)) else None
    names = _ALGORITHMS.get((key.key_type, curve), frozenset[str]())
    if key.alg is not None:
        names &= {key.alg}
    if not names or key.get("use") == "enc" or "verify" not in (key.get("key_ops") or ["verify"]):
        message = (
            "Give a secret, or an RSA, EC (P-256) or Ed25519 public key that verifies signatures "
            "by HS256, RS256, ES256 or EdDSA."
        )
        raise UnusableKeyError(message)
    return names


def _usable(entry: dict[str, Any]) -> Key | None:
    """Return a public key of a JWKS; None for one that cannot be used."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            key = JWKRegistry.import_key(entry)
        if isinstance(key, OctKey):
            return None
        _check(key)
    except (JoseError, SecurityWarning, UnusableKeyError, ValueError, TypeError, KeyError):
        return None
    return key


def _check(key: Key) -> None:
    algorithms_of(key)
    if isinstance(key, OctKey):
        _check_length(key.raw_value)
    elif key.is_private:
        message = "It is a private key: give the public one, and leave this one to the shop."
        raise UnusableKeyError(message)
    if isinstance(key, RSAKey) and key.public_key.key_size < _LEAST_RSA_BITS:
        message = f"An RSA key has at least {_LEAST_RSA_BITS} bits."
        raise UnusableKeyError(message)


def _check_length(secret: bytes) -> None:
    if len(secret) < _LEAST_SECRET_BYTES:
        message = (
            f"A secret has at least {_LEAST_SECRET_BYTES} bytes, as from `openssl rand -hex 32`."
        )
        raise UnusableKeyError(message)


def _read_pem(text: str) -> Key:
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            return kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
    message = "PEM of no such key"
    raise ValueError(message)


def _read_secret(secret: bytes) -> OctKey:
    """Read a secret; joserfc refuses a public key, which everybody has, in each of its forms."""
    _check_length(secret)
    try:
        # PEM that lost its first and last line.
        unwrapped = base64.b64decode(b"".join(secret.split()), validate=True)
    except binascii.Error:
        unwrapped = secret
    OctKey.import_key(unwrapped)
    return OctKey.import_key(secret)
