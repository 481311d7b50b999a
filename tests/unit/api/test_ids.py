"""Ids of callers."""

import re

from alsolike.database import query
from api.http.ids import NOBODY


def test_the_api_and_the_loader_know_the_same_words_for_nobody() -> None:
    found = re.search(r"in \((.*)\)", query("alsolike/loading/define_is_nobody"), re.DOTALL)
    assert found is not None
    assert set(re.findall(r"'([^']*)'", found[1])) == NOBODY
