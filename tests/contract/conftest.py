"""The story that the API's examples tell, in a shop that the real command serves."""

from collections.abc import Iterator

import pytest

from tests.fixtures.site import serving
from tests.shop.database import cloned_database, variables_set
from tests.shop.story import make_story


@pytest.fixture(scope="session")
def story(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Make a database with knives, boards and a shopper who viewed one; its `PG*` variables."""
    with cloned_database(postgres_server) as variables:
        with variables_set(variables):
            make_story()
        yield variables


@pytest.fixture(scope="session")
def site(story: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the story with `alsolike serve`; its address."""
    with serving(story, tmp_path_factory.mktemp("site") / "log.txt") as address:
        yield address
