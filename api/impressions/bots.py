"""Who calls itself a crawler, by a list that others keep."""

from functools import lru_cache

from crawleruseragents import is_crawler  # pyright: ignore[reportMissingTypeStubs]

# A browser's own name is shorter.
_MOST_CHARACTERS = 512


@lru_cache(4096)
def is_bot(user_agent: str) -> bool:
    """Tell whether a `User-Agent` is that of a program that reads pages; no name is one too."""
    return not user_agent.strip() or is_crawler(user_agent[:_MOST_CHARACTERS])
