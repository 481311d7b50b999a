"""Tables as text."""

import io

from rich.console import Console

# Characters of a line where there is no terminal.
WIDTH = 100


def printed(*parts: object, width: int = WIDTH) -> str:
    """Return lines and tables as rich prints them, without colours."""
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=None)
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
