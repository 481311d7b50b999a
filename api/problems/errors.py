"""Errors as the API tells them: RFC 9457 problem details."""

import logging
import re
from http import HTTPStatus
from typing import Any, cast

import psycopg
from litestar.exceptions import HTTPException, ValidationException
from msgspec import UNSET
from psycopg_pool import PoolClosed, TooManyRequests

from alsolike.errors import (
    AlsolikeError,
    UnknownImpressionError,
    UnknownModelError,
    UnknownProductError,
    UnknownPurchaseError,
)
from api.database.failures import DatabaseAwayError, DatabaseBusyError, TookTooLongError, first_line
from api.database.shares import ShareUsedUpError
from api.exchange import in_words, request_id
from api.log_text import in_log
from api.problems.details import FieldError, Problem

logger = logging.getLogger("alsolike.web")

PROBLEM_MEDIA_TYPE = "application/problem+json"


class UnknownPlaceError(AlsolikeError):
    """There is no block of that name."""


_FIELDS_OF_UNKNOWN: dict[type[AlsolikeError], str] = {
    UnknownImpressionError: "impression_id",
    UnknownModelError: "model",
    UnknownPlaceError: "place",
    UnknownProductError: "product_id",
    UnknownPurchaseError: "purchase_id",
}


# Status, and seconds after which to try again.
_TO_TRY_AGAIN: dict[type[AlsolikeError], tuple[HTTPStatus, str]] = {
    ShareUsedUpError: (HTTPStatus.TOO_MANY_REQUESTS, "1"),
    TookTooLongError: (HTTPStatus.SERVICE_UNAVAILABLE, "1"),
    DatabaseBusyError: (HTTPStatus.SERVICE_UNAVAILABLE, "1"),
    DatabaseAwayError: (HTTPStatus.SERVICE_UNAVAILABLE, "5"),
}


class InvalidFieldError(AlsolikeError):
    """A field of the request has a value that cannot be used."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ConflictError(InvalidFieldError):
    """An id stands for something else already."""


class NotReadyError(AlsolikeError):
    """Something that the app needs is not there."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


def problem_of(error: Exception, instance: str) -> tuple[Problem, dict[str, str]]:
    """Describe an error of a path as a problem document, with the headers that go with it.

    An unexpected error is logged, and described without its internals.
    """
    status, detail, errors, headers = _classify(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("%s failed (%s)", in_log(instance), in_words(), exc_info=error)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        path, what = in_log(instance), in_log(detail)
        logger.warning("%s: %s (%s; %s)", path, what, first_line(error), in_words())
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=instance,
        request_id=request_id() or UNSET,
        errors=errors or UNSET,
    )
    return problem, headers


def status_of(error: AlsolikeError) -> int:
    """Return the status with which an error of ours is answered."""
    return _classify_ours(error)[0]


# Status, detail, field errors and headers.
_Description = tuple[int, str, list[FieldError], dict[str, str]]


def _classify(error: Exception) -> _Description:
    """Return the status, detail, field errors and headers of an error."""
    if isinstance(error, AlsolikeError):
        return _classify_ours(error)
    if isinstance(error, ValidationException):
        errors = _field_errors(error)
        detail = "; ".join(f"{e.field}: {e.message}" for e in errors) or error.detail
        return HTTPStatus.BAD_REQUEST, detail, errors, {}
    if isinstance(error, HTTPException):
        return error.status_code, error.detail, [], dict(error.headers or {})
    if isinstance(error, (psycopg.Error, PoolClosed, TooManyRequests)):
        return _classify_database(error)
    return _unexpected()


def _unexpected() -> _Description:
    return HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.", [], {}


def _classify_ours(error: AlsolikeError) -> _Description:
    if isinstance(error, tuple(_FIELDS_OF_UNKNOWN)):
        field = _FIELDS_OF_UNKNOWN[type(error)]
        return HTTPStatus.NOT_FOUND, str(error), [FieldError(field, str(error))], {}
    if isinstance(error, InvalidFieldError):
        detail = f"{error.field}: {error}"
        is_conflict = isinstance(error, ConflictError)
        status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.BAD_REQUEST
        return status, detail, [FieldError(error.field, str(error))], {}
    for kind, (status, seconds) in _TO_TRY_AGAIN.items():
        if isinstance(error, kind):
            return status, str(error), [], {"Retry-After": seconds}
    if isinstance(error, NotReadyError):
        errors = [FieldError(error.check, str(error))]
        return HTTPStatus.SERVICE_UNAVAILABLE, str(error), errors, {"Retry-After": "5"}
    return _unexpected()


# psycopg itself refuses NUL, without a code.
_UNKEPT_TEXT = {
    None,
    psycopg.errors.CharacterNotInRepertoire.sqlstate,
    psycopg.errors.UntranslatableCharacter.sqlstate,
}


def _classify_database(error: Exception) -> _Description:
    unavailable = HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(error, psycopg.errors.QueryCanceled):
        return unavailable, "The database took too long to answer.", [], {"Retry-After": "1"}
    if isinstance(
        error, (psycopg.OperationalError, psycopg.InterfaceError, PoolClosed, TooManyRequests)
    ):
        return unavailable, "The database cannot be reached.", [], {"Retry-After": "5"}
    if isinstance(
        error,
        (
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.UndefinedFunction,
            psycopg.errors.InvalidSchemaName,
        ),
    ):
        detail = "The database has no schema, or an older one: run `alsolike migrate`."
        return unavailable, detail, [], {"Retry-After": "5"}
    if isinstance(error, psycopg.DataError) and error.sqlstate in _UNKEPT_TEXT:
        detail = "A text of the request holds a character that cannot be kept."
        return HTTPStatus.BAD_REQUEST, detail, [], {}
    if isinstance(
        error, (psycopg.errors.NumericValueOutOfRange, psycopg.errors.DatetimeFieldOverflow)
    ):
        detail = "A number or a time of the request is out of range."
        return HTTPStatus.BAD_REQUEST, detail, [], {}
    return _unexpected()


def _field_errors(error: ValidationException) -> list[FieldError]:
    """Read Litestar's own list of what failed, naming the field inside a body."""
    found: list[FieldError] = []
    extra = cast("list[dict[str, Any]]", error.extra if isinstance(error.extra, list) else [])
    for entry in extra:
        message = str(entry.get("message", "is not valid"))
        if message == "'data'":
            # Litestar's parameter that holds the body.
            message = "Is missing."
        # msgspec names a missing or unknown field in its message alone.
        named = re.search(r"(?:required|unknown) field `([^`]+)`", message)
        place = str(entry.get("key") or "data")
        names = ["" if place == "data" else place, named.group(1) if named else ""]
        found.append(FieldError(".".join(filter(None, names)) or "body", message))
    return found
