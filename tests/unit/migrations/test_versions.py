"""The version files can run while the shop serves, today and in a year."""

import ast
import re
from pathlib import Path

import pytest

from alsolike.revision_steps import FUNCTIONS, MIGRATIONS

VERSIONS = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
of_each_version = pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)


def function_texts(path: Path, name: str) -> list[str]:
    """Return the SQL texts in a function of a version file."""
    [function] = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return [
        node.value
        for node in ast.walk(ast.Module(body=function.body[1:], type_ignores=[]))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def is_explained(text: str, start: int, word: str = "") -> bool:
    """Whether the lines above a statement are a comment that begins with a word."""
    lines = text[:start].rstrip().splitlines()
    comment = ""
    while lines and lines[-1].lstrip().startswith("--"):
        comment = lines.pop().strip() + comment
    return comment.startswith(f"-- {word}") if comment else False


@of_each_version
def test_no_version_calls_a_function_that_a_later_migrate_replaces(path: Path) -> None:
    names = "|".join(file.stem.split("_", 1)[1] for file in FUNCTIONS.glob("*.sql"))
    for text in function_texts(path, "upgrade") + function_texts(path, "downgrade"):
        dropped = re.sub(r"drop (function|routine) if exists (recs|ops)\.\w+\(", "", text)
        assert not re.search(rf"\b(recs|ops)\.({names})\(", dropped)


@of_each_version
def test_indexes_of_tables_that_are_there_are_built_concurrently(path: Path) -> None:
    texts = function_texts(path, "upgrade")
    new = set(re.findall(r"create table (?:if not exists )?([\w.]+)", "\n".join(texts)))
    built = [
        (text, found)
        for text in texts
        for found in re.finditer(
            r"create (?:unique )?index (?!concurrently)\S+\s+on\s+(\S+)"
            r"|alter table (\S+)\s+add (?:constraint \w+ )?(?:unique|primary key) \(",
            text,
        )
    ]
    for text, found in built:
        table = found[1] or found[2]
        line = text.rfind("\n", 0, found.start()) + 1
        explained = is_explained(text, line, "Not concurrently")
        # The comment of an `execute format(...)` is above its own line.
        explained |= is_explained(text, text.rfind("\n", 0, line - 1) + 1, "Not concurrently")
        assert table in new or explained, f"{path.name}: {found[0]}"


@of_each_version
def test_indexes_that_are_built_concurrently_can_be_built_again(path: Path) -> None:
    for text in function_texts(path, "upgrade"):
        for found in re.finditer(r"(?<!drop )index concurrently (?!if not exists)\S+", text):
            pytest.fail(f"{path.name}: {found[0]} has no `if not exists`")


@of_each_version
def test_constraints_are_checked_in_a_step_of_their_own(path: Path) -> None:
    for text in function_texts(path, "upgrade"):
        if "validate constraint" in text:
            assert ";" not in text, f"{path.name} validates within a transaction"


@of_each_version
def test_a_version_that_takes_longer_says_why(path: Path) -> None:
    for text in function_texts(path, "upgrade"):
        for found in re.finditer(r"set (local )?(lock|statement)_timeout", text):
            line = text.rfind("\n", 0, found.start()) + 1
            assert is_explained(text, line), f"{path.name}: {found[0]}"
