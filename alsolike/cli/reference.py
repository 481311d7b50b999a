"""Write `docs/commands.md` from the commands' own help: `python -m alsolike.cli.reference`."""

import sys

import click

from alsolike.cli import commands

_WIDTH = 100


def reference() -> str:
    """Return the help of every command, in Markdown."""
    parts = ["# Commands\n\nMade from the commands' own help by `make docs`.\n"]
    parts.extend(_sections(commands, "alsolike"))
    return "\n".join(parts)


def _sections(command: click.Command, path: str) -> list[str]:
    context = click.Context(
        command, info_name=path, max_content_width=_WIDTH, terminal_width=_WIDTH
    )
    sections = [f"## `{path}`\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            if not child.hidden:
                sections.extend(_sections(child, f"{path} {name}"))
    return sections


if __name__ == "__main__":
    sys.stdout.write(reference())
