"""Text of a client's in our log: on one line, in printable characters, of bounded length."""

_MOST_CHARACTERS = 300


def in_log(text: str) -> str:
    """Write a text as the log may hold it: escaped where it could pass for another line, and cut.

    Printable text comes out as it is, so that what is searched for is found.
    """
    cut = text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
    return "".join(one if one.isprintable() else _escaped(one) for one in cut)


def _escaped(character: str) -> str:
    return repr(character)[1:-1]
