"""Which error becomes which problem."""

import psycopg
import pytest
from litestar.exceptions import NotFoundException, ValidationException
from msgspec import UNSET
from psycopg_pool import PoolTimeout

from alsolike.errors import AlsolikeError, UnknownProductError
from api.problems.errors import FieldError, InvalidFieldError, problem_of


@pytest.mark.parametrize(
    ("error", "status", "has_retry"),
    [
        (UnknownProductError(), 404, False),
        (NotFoundException(), 404, False),
        (InvalidFieldError("k", "Too much."), 400, False),
        (psycopg.DataError(), 400, False),
        (psycopg.OperationalError("gone"), 503, True),
        (PoolTimeout("none free"), 503, True),
        (psycopg.errors.QueryCanceled(), 503, True),
        (psycopg.errors.UndefinedTable(), 503, True),
        (psycopg.errors.SyntaxError("select secret"), 500, False),
        (AlsolikeError("secret"), 500, False),
        (KeyError("secret"), 500, False),
    ],
)
def test_errors_have_their_status(error: Exception, status: int, *, has_retry: bool) -> None:
    problem, headers = problem_of(error, "/v1/x")
    assert problem.status == status
    assert problem.instance == "/v1/x"
    assert ("Retry-After" in headers) is has_retry
    assert "secret" not in problem.detail


def test_fields_are_named() -> None:
    problem, _ = problem_of(InvalidFieldError("k", "Too much."), "/")
    assert problem.errors == [FieldError("k", "Too much.")]
    assert problem.detail == "k: Too much."


def test_fields_that_only_the_message_names_are_found() -> None:
    extra = [{"message": "Object missing required field `event_id`", "key": "data"}]
    problem, _ = problem_of(ValidationException(extra=extra), "/")
    assert problem.errors is not UNSET
    assert problem.errors[0].field == "event_id"
