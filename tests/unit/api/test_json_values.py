"""JSON from outside."""

import pytest

from api.http.json_values import decode_json
from api.problems.errors import InvalidFieldError


def test_however_deep_a_text_is_it_is_refused_in_plain_words() -> None:
    # Two readers go through it, and each ends at a depth of its own.
    for depth in (17, *range(850, 1100), 100_000):
        for opened, closed in (("[", "]"), ('{"a":', "}")):
            text = opened * depth + "1" + closed * depth
            with pytest.raises(InvalidFieldError, match="levels of lists and objects"):
                decode_json(text, "attributes")
