"""Ids of callers."""

import re

from alsolike.revision_steps import FUNCTIONS
from api.http.ids import NOBODY


def test_the_api_and_the_loader_know_the_same_words_for_nobody() -> None:
    text = (FUNCTIONS / "04_is_nobody.sql").read_text()
    found = re.search(r" in \((.*)\)", text, re.DOTALL)
    assert found is not None
    assert set(re.findall(r"'([^']*)'", found[1])) == NOBODY
