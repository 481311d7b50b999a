"""Each statement lies beside the code that runs it, is run by it, and says what it is for."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("alsolike", "api", "embed", "benchmarks")
FILES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("sql/*.sql")
    if "node_modules" not in path.parts
)


def name_of(path: Path) -> str:
    """Return the name by which `query` finds a file: the folder and the file, without `sql`."""
    return (path.parents[1].relative_to(ROOT) / path.stem).as_posix()


NAMES = {name_of(path) for path in FILES}


@cache
def strings_of(module: Path) -> frozenset[str]:
    """Return the string literals of a module."""
    return frozenset(
        node.value
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def patterns_of(module: Path) -> frozenset[str]:
    """Return the f-strings of a module as patterns, with a group for each value."""
    return frozenset(
        "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)"
            for part in node.values
        )
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.JoinedStr)
    )


def owner_of(name: str) -> Path:
    """Return the folder of the package that a statement is of.

    A folder whose own modules run nothing, such as `sqlite`, is of the package around it.
    """
    folder = (ROOT / name).parent
    runs = any("query(" in module.read_text() for module in folder.glob("*.py"))
    return folder if runs else folder.parent


def is_run_from(folder: Path, name: str) -> bool:
    """Tell whether a module of the folder itself names the statement, whole or put together."""
    modules = sorted(folder.glob("*.py"))
    strings = frozenset[str]().union(*map(strings_of, modules))
    if name in strings:
        return True
    return any(
        pattern.startswith(re.escape(name.rpartition("/")[0]))
        and (found := re.fullmatch(pattern, name)) is not None
        and strings.issuperset(found.groups())
        for module in modules
        for pattern in patterns_of(module)
    )


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_statement_is_run_by_the_package_that_it_lies_in(path: Path) -> None:
    assert is_run_from(owner_of(name_of(path)), name_of(path))


def test_no_package_runs_a_statement_of_another_one() -> None:
    strangers = {
        (module.relative_to(ROOT).as_posix(), string)
        # Benchmarks measure the statements of the others.
        for package in PACKAGES[:-1]
        for module in (ROOT / package).rglob("*.py")
        for string in strings_of(module)
        if string in NAMES and owner_of(string) != module.parent
    }
    assert strangers == set()


def test_every_statement_that_is_named_exists() -> None:
    missing = {
        (module.relative_to(ROOT).as_posix(), argument.value)
        for package in PACKAGES
        for module in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "query"
        and isinstance(argument := node.args[0], ast.Constant)
        and argument.value not in NAMES
    }
    assert missing == set()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_statement_says_what_it_is_for(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert re.match(r"-- \S", first), "no head comment"
