"""What is asked of the identity provider, and what is taken from its answers.

Authlib speaks OAuth 2 with it and checks the claims of its tokens (OpenID Connect Core 1.0, section
3.1.3.7), joserfc their signatures. The document of its addresses and its keys are kept for a while.
Every request has a time limit, follows nobody elsewhere, and waits beside other requests.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx2
import msgspec
from authlib.integrations.base_client import (  # pyright: ignore[reportMissingTypeStubs]
    OAuthError,
)
from authlib.integrations.httpx_client import (  # pyright: ignore[reportMissingTypeStubs]
    AsyncOAuth2Client,
)
from authlib.oidc.core import CodeIDToken  # pyright: ignore[reportMissingTypeStubs]
from joserfc.errors import ExpiredTokenError, JoseError
from msgspec import Struct
from msgspec.structs import replace

from alsolike.oidc_settings import OidcSettings, is_safe_address
from api.http.ids import is_placeholder
from api.http.key_sets import KeySet, NoKeysError, TokenError, decode
from api.languages.translate import gettext as _
from api.log_text import in_log
from api.oidc.bounded import HEADERS, Bounded
from api.oidc.failures import SignInFailedError
from api.oidc.flows import Flow
from api.visitors.proof import PROOF_SECONDS

logger = logging.getLogger("alsolike.web")

# The document of addresses is read again when it is so old, and a failure not repeated so soon.
_FRESH_SECONDS = 3600.0
_PAUSE_SECONDS = 2.0
# Of one request, and of all that one page makes.
_REQUEST_SECONDS = 5.0
_PAGE_SECONDS = 10.0
_MOST_BYTES = 256 * 1024
# Seconds by which the provider's clock may be ahead of ours, or behind it.
_LEEWAY = 60
# As for every id.
_LONGEST_ID = 500
# Characters of a name, as on the page on which shoppers change theirs; and of one that is told.
_LONGEST_NAME = 100
_LONGEST_TOLD = 1000
# Control characters, and those that turn a line around.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Metadata(Struct, frozen=True):
    """The document of OpenID Connect Discovery 1.0, as far as it is read."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    # Basic is what every provider has that names none.
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    def unsafe(self) -> list[str]:
        """Return the addresses that others could listen at."""
        given = (
            self.authorization_endpoint,
            self.token_endpoint,
            self.jwks_uri,
            self.userinfo_endpoint,
            self.end_session_endpoint,
        )
        return [one for one in given if one is not None and not is_safe_address(one)]


class _Client(Protocol):
    """What is used of authlib's client, which has no types."""

    def create_authorization_url(self, url: str, **asked: str) -> tuple[str, str]: ...

    async def fetch_token(self, url: str, **asked: str) -> Mapping[str, Any]: ...

    async def get(self, url: str) -> httpx2.Response: ...


class Identity(Struct, frozen=True):
    """Who signed in, as the provider says.

    Attributes
    ----------
    display_name : str or None
        None: it does not say.
    proved_at : float or None
        When the provider asked them who they are, in seconds since 1970; None: this sign-in did
        not want to know.
    """

    shopper_id: str
    display_name: str | None
    proved_at: float | None = None


class Provider:
    """The shop's identity provider.

    Parameters
    ----------
    clock : callable
        Seconds, by which what was read of it is old.
    """

    def __init__(self, settings: OidcSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        # Made once: reading the system's certificates takes longer than many a request.
        self._tls = httpx2.create_ssl_context()
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def sign_in_address(self, flow: Flow, back: str) -> str:
        """Return where to send the browser.

        Parameters
        ----------
        back : str
            Whole address that the provider sends it back to.

        Raises
        ------
        SignInFailedError
            The provider is away.
        """
        metadata = await self._discover()
        # `max_age` has it tell when it asked (OpenID Connect Core 1.0, section 3.1.2.1).
        asked_again = {"prompt": "login", "max_age": "0"} if flow.is_again else {}
        async with self._client(metadata, back) as client:
            address, _state = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
                **asked_again,
            )
        return address

    async def sign_out_address(self, back: str) -> str | None:
        """Return where a browser signs out of the provider; None: it offers none, or is away."""
        try:
            metadata = await self._discover()
        except SignInFailedError as error:
            logger.warning("Nobody is sent there to sign out: %s", in_log(error.reason))
            return None
        end = metadata.end_session_endpoint
        if end is None:
            return None
        asked = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"

    async def identify(self, code: str, flow: Flow, back: str) -> Identity:
        """Return who signed in, for the code that the provider sent them back with.

        Parameters
        ----------
        back : str
            As in `sign_in_address`.

        Raises
        ------
        SignInFailedError
            The provider is away, or refuses the code, or its answer is not good.
        """
        metadata = await self._discover()
        try:
            async with asyncio.timeout(_PAGE_SECONDS), self._client(metadata, back) as client:
                tokens = await _fetch_tokens(client, metadata, code, flow)
                claims = await self._verified(tokens, flow)
                proved_at = _proved_at(claims) if flow.is_again else None
                identity = self._identity(await self._completed(claims, client, metadata))
                return replace(identity, proved_at=proved_at)
        except (httpx2.HTTPError, TimeoutError) as error:
            raise _away(_why(error)) from error

    async def _discover(self) -> Metadata:
        """Return the provider's addresses, read anew where they are old."""
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    await self._read()
        if self._metadata is None:
            message = f"the provider {self._settings.issuer} could not be asked a moment ago"
            raise _away(message)
        return self._metadata

    def _is_old(self) -> bool:
        now = self._clock()
        return now - self._read_at >= _FRESH_SECONDS and now - self._tried_at >= _PAUSE_SECONDS

    async def _read(self) -> None:
        """Read the addresses; those that are known stay where that fails."""
        self._tried_at = self._clock()
        address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = msgspec.json.decode(await self._get(address), type=Metadata)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            logger.warning("%s was not read: %s", in_log(address), in_log(_why(error)))
            return
        if metadata.issuer != self._settings.issuer:
            logger.warning(
                "%s is of the issuer %s: set ALSOLIKE_OIDC_ISSUER to exactly that.",
                in_log(address),
                in_log(metadata.issuer),
            )
            return
        if unsafe := metadata.unsafe():
            logger.warning(
                "%s names addresses without https://: %s",
                in_log(address),
                in_log(", ".join(unsafe)),
            )
            return
        if self._metadata is None or metadata.jwks_uri != self._metadata.jwks_uri:
            self._keys = KeySet(metadata.jwks_uri, self._clock, self._get)
        self._metadata = metadata
        self._read_at = self._clock()

    async def _get(self, address: str) -> bytes:
        """Read a document; `OSError` where that fails."""
        try:
            async with (
                httpx2.AsyncClient(
                    transport=self._transport(), headers=HEADERS, timeout=_REQUEST_SECONDS
                ) as client,
                asyncio.timeout(_REQUEST_SECONDS),
            ):
                answer = await client.get(address)
        except httpx2.HTTPError as error:
            raise OSError(_why(error)) from error
        if answer.status_code != HTTPStatus.OK:
            message = f"The provider answered {answer.status_code}."
            raise OSError(message)
        return answer.content

    def _transport(self) -> httpx2.AsyncBaseTransport:
        return Bounded(httpx2.AsyncHTTPTransport(verify=self._tls), _MOST_BYTES)

    @asynccontextmanager
    async def _client(self, metadata: Metadata, back: str) -> AsyncGenerator[_Client]:
        """Open a client of the provider for one page."""
        methods = metadata.token_endpoint_auth_methods_supported
        method = "client_secret_basic"
        if not self._settings.client_secret:
            method = "none"
        elif method not in methods and "client_secret_post" in methods:
            method = "client_secret_post"
        opened: Any = AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret or None,
            scope=" ".join(self._settings.scopes),
            redirect_uri=back,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            transport=self._transport(),
            headers=HEADERS,
            timeout=_REQUEST_SECONDS,
        )
        async with opened as client:
            yield client

    async def _verified(self, tokens: Mapping[str, Any], flow: Flow) -> dict[str, Any]:
        """Return the claims of the ID token, checked."""
        given = tokens.get("id_token")
        if not isinstance(given, str):
            raise _wrong(_("The shop's sign-in did not say who you are."), "there is no ID token")
        assert self._keys is not None  # noqa: S101  (read with the addresses)
        try:
            token = decode(given.encode(), await self._keys.key_of(given.encode()))
        except NoKeysError as error:
            raise _away(_why(error)) from error
        except TokenError as error:
            message = _("The answer of the shop's sign-in was not signed by the shop.")
            raise _wrong(message, str(error)) from error
        claims: Any = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
            },
            {
                "nonce": flow.nonce,
                "client_id": self._settings.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        try:
            claims.validate(leeway=_LEEWAY)
        except ExpiredTokenError as error:
            message = _("The answer of the shop's sign-in came too late.")
            raise _wrong(message, "the ID token has expired") from error
        except (JoseError, TypeError, ValueError) as error:
            claim = getattr(error, "claim", "a claim")
            raise _wrong(_wrong_claim(claim), f"{claim} of the ID token is not good") from error
        return dict(claims)

    async def _completed(
        self, claims: dict[str, Any], client: _Client, metadata: Metadata
    ) -> dict[str, Any]:
        """Add the claims that the provider tells only when asked for them."""
        wanted = {self._settings.shopper_claim, self._settings.name_claim}
        if metadata.userinfo_endpoint is None or wanted <= claims.keys():
            return claims
        answer = await client.get(metadata.userinfo_endpoint)
        if answer.status_code != HTTPStatus.OK:
            logger.warning("Userinfo was not read: the provider answered %s.", answer.status_code)
            return claims
        try:
            told = msgspec.json.decode(answer.content, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError):
            logger.warning("Userinfo was not read: it is no object of JSON.")
            return claims
        if told.get("sub") != claims["sub"]:
            message = _("The shop's sign-in told of somebody else.")
            raise _wrong(message, "userinfo is of another sub")
        return {**told, **claims}

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        name = self._settings.shopper_claim
        found = claims.get(name)
        is_id = isinstance(found, (str, int)) and not isinstance(found, bool)
        shopper_id = str(found).strip() if is_id else ""
        if not _is_id(shopper_id):
            message = _(
                "Your account at the shop has no customer number that is known here. "
                "Please ask the shop."
            )
            reason = f"the claim {name} holds no id of a shopper: see ALSOLIKE_OIDC_SHOPPER_CLAIM"
            raise SignInFailedError(HTTPStatus.FORBIDDEN, message, reason)
        return Identity(shopper_id, _shown_name(claims.get(self._settings.name_claim)))


async def _fetch_tokens(
    client: _Client, metadata: Metadata, code: str, flow: Flow
) -> Mapping[str, Any]:
    """Exchange a code for tokens."""
    try:
        return await client.fetch_token(
            metadata.token_endpoint,
            grant_type="authorization_code",
            code=code,
            code_verifier=flow.verifier,
        )
    except OAuthError as error:
        reason = f"the provider refused the code: {error.error}"
        if error.error == "invalid_grant":
            message = _("The sign-in took too long, or its link was used before.")
            raise SignInFailedError(HTTPStatus.BAD_REQUEST, message, reason) from error
        raise _wrong(_("The shop's sign-in refused to say who you are."), reason) from error
    except ValueError as error:
        message = _("The answer of the shop's sign-in could not be read.")
        raise _wrong(message, "the tokens are no object of JSON") from error


def _proved_at(claims: Mapping[str, Any]) -> float:
    """Return when the provider asked who it is.

    Raises
    ------
    SignInFailedError
        It does not say, or that was too long ago.
    """
    told = claims.get("auth_time")
    if not isinstance(told, (int, float)):
        message = _("The shop's sign-in did not say when you signed in there.")
        raise _wrong(message, "auth_time is not among the claims, though max_age was asked for")
    if time.time() - told > PROOF_SECONDS + _LEEWAY:
        message = _("You signed in at the shop too long ago. Sign in there again.")
        raise SignInFailedError(HTTPStatus.FORBIDDEN, message, "auth_time is too long ago")
    return min(float(told), time.time())


def _away(reason: str) -> SignInFailedError:
    message = _("The shop's sign-in does not answer right now.")
    return SignInFailedError(HTTPStatus.SERVICE_UNAVAILABLE, message, reason)


def _wrong(message: str, reason: str) -> SignInFailedError:
    return SignInFailedError(HTTPStatus.BAD_GATEWAY, message, reason)


def _wrong_claim(claim: str) -> str:
    match claim:
        case "iss":
            return _("The answer did not come from the shop's sign-in.")
        case "aud" | "azp":
            return _("The answer of the shop's sign-in was meant for another site.")
        case "nonce":
            return _("The answer of the shop's sign-in belongs to another sign-in.")
        case _:
            return _("Something is missing or wrong in the answer of the shop's sign-in.")


def _is_id(shopper_id: str) -> bool:
    return (
        0 < len(shopper_id) <= _LONGEST_ID
        and _is_text(shopper_id)
        and not is_placeholder(shopper_id)
    )


def _shown_name(told: object) -> str | None:
    """Return what to call somebody: one line, as long as names are here; None: nothing was told."""
    if not isinstance(told, str) or not _is_text(told):
        return None
    line = _UNSHOWN.sub(" ", told[:_LONGEST_TOLD])
    return " ".join(line.split())[:_LONGEST_NAME].strip() or None


def _is_text(text: str) -> bool:
    # JSON may hold half a character, which is no text.
    return text == text.encode(errors="ignore").decode() and "\x00" not in text


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
