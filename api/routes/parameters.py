"""Query parameters that several routes share."""

from typing import Annotated

from litestar.params import QueryParameter

from api.problems import InvalidFieldError
from api.visitor import AnyRequest

_NO_NUL = r"^[^\x00]*$"

RowCount = Annotated[int, QueryParameter(ge=1, le=100, description="Rows wanted, 1 to 100.")]
Offset = Annotated[int, QueryParameter(ge=0, le=1000, description="Rows to skip, 0 to 1000.")]
CategoryFilter = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=_NO_NUL,
        description="Path of a category, `A > B`: products of it and of all below it.",
    ),
]
SearchWords = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        pattern=_NO_NUL,
        description='What to look for, in any words; with "quotes", or, or -without just that.',
    ),
]
Excluded = Annotated[
    list[str] | None,
    QueryParameter(max_items=500, description="Product id to leave out; may be repeated."),
]
ModelName = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=200,
        pattern=_NO_NUL,
        description="Name of a model; without it the serving one answers.",
    ),
]


def check_names(request: AnyRequest, known: frozenset[str]) -> None:
    """Refuse a parameter that the route does not know: a mistyped filter would filter nothing.

    Raises
    ------
    InvalidFieldError
        A parameter is not one of the known ones.
    """
    for name in request.query_params:
        if name not in known:
            message = f"No such parameter; known here: {', '.join(sorted(known)) or 'none'}."
            raise InvalidFieldError(name, message)
