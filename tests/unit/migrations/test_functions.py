"""What the functions that serve may not do, whatever the plan."""

import re

from alsolike.revision_steps import FUNCTIONS

# Where an array is compared with one element after the other, and why that takes no time.
FEW_COMPARISONS = {
    "14_walk_statement.sql": "a walk looks at so many rows at most",
    "15_measure_statement.sql": "so many rows are measured at most",
    "17_nearest_products.sql": "a walk looks at so many rows at most",
    "62_extend_neighbours.sql": "a job of the worker, of few newcomers",
}


def test_products_left_out_are_looked_up_in_a_hash() -> None:
    # Only an array that is written down in the statement is hashed by `<> all`. A parameter is
    # compared element by element: 27,000 products left out took half a minute for one list.
    found = {
        file.name
        for file in FUNCTIONS.glob("*.sql")
        if re.search(r"<>\s*all\s*\(", file.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert found == set(FEW_COMPARISONS)
