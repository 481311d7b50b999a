"""What the packages import is declared in pyproject.toml, and is public."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("alsolike", "api", "embed")


def imports() -> Iterator[tuple[Path, str]]:
    """Yield each file with the dotted names that it imports from other packages when it runs."""
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            # Packages of types are needed by pyright alone.
            for_types = {
                id(inner)
                for node in ast.walk(tree)
                if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
                for inner in ast.walk(node)
            }
            for node in ast.walk(tree):
                if id(node) in for_types:
                    continue
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [f"{node.module}.{alias.name}" for alias in node.names]
                for name in names:
                    if name.split(".")[0] not in {*sys.stdlib_module_names, *OURS}:
                        yield path, name


def test_every_direct_import_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["completejourney"]]
    declared = {re.split(r"[\[<>=]", text)[0].lower().replace("_", "-") for text in texts}
    distributions = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in imports()
        if declared.isdisjoint(
            one.lower().replace("_", "-") for one in distributions.get(name.split(".")[0], ())
        )
    }
    assert undeclared == set()


def test_no_private_module_of_a_library_is_imported() -> None:
    private = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, name in imports()
        if any(part.startswith("_") and not part.startswith("__") for part in name.split("."))
    }
    assert private == set()
