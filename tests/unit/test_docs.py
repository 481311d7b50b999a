"""The documents say what is true now."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.fixture(scope="module")
def reference() -> str:
    """Return the help of every command, from a process in which none of them has run."""
    command = [sys.executable, "-m", "alsolike.cli.reference"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_command_reference_is_up_to_date(reference: str) -> None:
    assert (ROOT / "docs" / "commands.md").read_text() == reference, "run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text())
    local = [target for target in targets if not target.startswith(("http://", "https://"))]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_the_readme_names_only_commands_that_exist(reference: str) -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\$ make ([a-z-]+)", readme, flags=re.MULTILINE))
    assert targets
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    names = set(re.findall(r"\.venv/bin/alsolike ([a-z]+)", readme))
    assert names
    assert names <= set(re.findall(r"^## `alsolike ([a-z]+)`", reference, flags=re.MULTILINE))
