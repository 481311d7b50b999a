"""Write `docs/commands.md` from the commands' own help: `python -m alsolike.cli.reference`."""

import sys

import click

from alsolike.cli import commands

_WIDTH = 100


def reference() -> str:
    """Return the help of every command, in Markdown."""
    head = "# Commands\n\nMade from the commands' own help by `make docs`.\n"
    return "\n".join([head, *_sections(commands, "alsolike", None)])


def _sections(command: click.Command, name: str, parent: click.Context | None) -> list[str]:
    context = click.Context(
        command,
        parent,
        info_name=name,
        max_content_width=_WIDTH,
        terminal_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    sections = [f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for child_name, child in sorted(command.commands.items()):
            if not child.hidden:
                sections.extend(_sections(child, child_name, context))
    return sections


if __name__ == "__main__":
    sys.stdout.write(reference())
