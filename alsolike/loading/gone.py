"""When so much is gone from a source that it is likelier broken than right."""

from alsolike.loading.summary import counted


def half_gone(
    name: str, rows: int, *, gone: int, known: int, were: str, outcome: str, command: str
) -> str | None:
    """Return why a source is refused that lacks half of what was there, or more; else None.

    Parameters
    ----------
    name : str
        The source's name in messages.
    rows : int
        How many rows it has.
    gone, known : int
        How many it lacks, and of how many.
    were, outcome, command : str
        What the known ones are, what becomes of the source, and what accepts it.
    """
    if not gone or 2 * gone < known:
        return None
    return (
        f"{name} has {counted(rows, 'row')}, and lacks {gone:,} of the {known:,} "
        f"that {were}. {outcome} If they are deleted for good, run "
        f"`alsolike {command} --accept-deletes`."
    )
