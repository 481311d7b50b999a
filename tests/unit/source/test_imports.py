"""What is imported is declared, is public, and goes round in no circle."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[3]
OURS = ("alsolike", "api", "embed")
# What runs without the packages for development, and what needs them.
RUNTIME = (*OURS, "migrations")
DEVELOPMENT = ("benchmarks", "tests")
# They have an environment of their own, with a requirements.txt.
PEERS = ROOT / "benchmarks" / "peers" / "engines"


def modules(*folders: str) -> list[Path]:
    """Return the Python files below some folders of the repository."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def imports_of(module: Path, *, of_types: bool = False) -> list[str]:
    """Return the dotted names that a module imports, wherever in it; or those for types alone."""
    tree = ast.parse(module.read_text())
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if (id(node) in for_types) is not of_types:
            continue
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [f"{node.module}.{name.name}" for name in node.names]
    return found


def foreign_imports(modules: Iterable[Path], *, of_types: bool = False) -> set[tuple[str, str]]:
    """Return the imports that are neither ours nor Python's: the importing file, and the name."""
    ours = {*RUNTIME, *DEVELOPMENT}
    return {
        (module.relative_to(ROOT).as_posix(), name)
        for module in modules
        for name in imports_of(module, of_types=of_types)
        if (top := name.partition(".")[0]) not in ours and top not in sys.stdlib_module_names
    }


def declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = list(project["dependencies"])
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    return {distribution(line) for line in requirements}


def distribution(requirement: str) -> str:
    """Return the name of a requirement's distribution, in the one way of writing it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def undeclared(imports: Iterable[tuple[str, str]], known: set[str]) -> set[tuple[str, str]]:
    providers = packages_distributions()
    return {
        (file, name)
        for file, name in imports
        if known.isdisjoint(map(distribution, providers.get(name.partition(".")[0], [])))
    }


def test_what_runs_imports_declared_dependencies() -> None:
    imports = foreign_imports(modules(*RUNTIME))
    assert undeclared(imports, declared("worker", "completejourney")) == set()


def test_the_site_needs_no_package_of_the_worker() -> None:
    assert undeclared(foreign_imports(modules("api")), declared()) == set()


def test_what_develops_imports_declared_dependencies() -> None:
    imports = foreign_imports(
        module for module in modules(*DEVELOPMENT) if PEERS not in module.parents
    ) | foreign_imports(modules(*RUNTIME), of_types=True)
    assert undeclared(imports, declared("worker", "completejourney", "dev")) == set()


def test_no_library_is_entered_by_a_private_door() -> None:
    private = {
        (file, name)
        for file, name in foreign_imports(modules(*RUNTIME, *DEVELOPMENT))
        if re.search(r"\._(?!_)", name)
    }
    assert private == set()


@pytest.mark.parametrize("package", OURS)
def test_packages_import_each_other_in_no_circle(package: str) -> None:
    graph = grimp.build_graph(package)
    circles = {
        parent: sorted(graph.nominate_cycle_breakers(parent))
        for parent in {module.rpartition(".")[0] or module for module in graph.modules}
    }
    assert {parent: edges for parent, edges in circles.items() if edges} == {}
