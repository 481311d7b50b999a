"""The notebooks: committed without outputs, and they run from top to bottom on a demo shop."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from alsolike.database import connect
from alsolike.demo.write import ShopSize, write_demo_shop
from alsolike.loading import load_folder
from alsolike.progress import ignore_progress
from alsolike.promotion import Limits, promote
from alsolike.settings import Settings
from alsolike.training import Recipe, train
from alsolike.transform import transform
from embed.run import embed_all
from tests.fixtures.encoder import WordsEncoder

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = ("eda", "evaluation")
SIZE = ShopSize(products=120, shoppers=150, days=30)


def read(name: str) -> Any:
    """Read a committed notebook; one that is not valid is refused."""
    book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbformat.validate(book)
    return book


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kernel python3 be this interpreter, with all of Jupyter's files in a folder."""
    jupyter = tmp_path / "jupyter"
    specification = jupyter / "kernels" / "python3"
    specification.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (specification / "kernel.json").write_text(
        json.dumps(
            {
                "argv": command,
                "display_name": "test",
                "language": "python",
                "metadata": {"supported_encryption": ["curve"]},
            }
        )
    )
    monkeypatch.setenv("JUPYTER_PATH", str(jupyter))
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))


@pytest.fixture
def shop(database: dict[str, str], settings: Settings, tmp_path: Path) -> None:
    """Make a demo shop with all marts, embedded, with a trained model that was put to the gate."""
    assert database
    folder = tmp_path / "shop"
    ends_at = datetime(2026, 6, 1, tzinfo=UTC)
    write_demo_shop(folder, SIZE, seed=1, ends_at=ends_at, progress=ignore_progress)
    load_folder(folder, consent="personalisation", report=ignore_progress)
    transform(with_tests=False, report=ignore_progress)
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())
    train(Recipe(neighbours=20, factors=8), report=ignore_progress)
    # The tests share a machine: how long an answer takes is not what this is about.
    promote("trained-1", limits=Limits(latency=1000), report=ignore_progress)


def execute(name: str) -> list[Any]:
    """Run a notebook in its own folder, as Jupyter does; what its cells put out."""
    book = read(name)
    # The notebook that failed is told with the cell's source and traceback.
    NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    return [output for cell in code for output in cell.outputs]


def told(outputs: list[Any]) -> str:
    """Return all text that was put out, tables included."""
    return "\n".join(
        output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        for output in outputs
    )


def charts(outputs: list[Any]) -> int:
    """Count the pictures that were put out."""
    return sum("image/png" in output.get("data", {}) for output in outputs)


def scalar(statement: str) -> Any:
    """Return the one value of a query."""
    with connect() as connection:
        row = connection.execute(statement).fetchone()  # pyright: ignore
    assert row is not None
    return row[0]


@pytest.mark.usefixtures("shop", "kernel")
def test_both_run_on_the_demo_shop_and_tell_what_the_database_holds() -> None:
    outputs = execute("eda")
    assert charts(outputs) == 6
    text = told(outputs)
    assert re.search(r"products\D+120\b", text)
    events = scalar("select count(*) from marts.shopper_events")
    assert re.search(rf"any\D+{events:,}\b", text)
    assert not [output for output in outputs if output.get("name") == "stderr"]

    measured = (
        "select count(distinct evaluation_id) from marts.model_evaluations "
        "where measured_by = 'evaluate'"
    )
    # Those of the gate are there already, one for each of its cutoffs.
    assert scalar(measured) == 0
    assert scalar("select count(*) from recs.evaluations") >= 1
    outputs = execute("evaluation")
    assert charts(outputs) == 4
    text = told(outputs)
    assert scalar(measured) == 1, "it measures where nothing is"
    shoppers = scalar("select max(shopper_count) from recs.evaluations")
    assert f"{shoppers:,} shoppers" in text
    assert "trained leads" in text
    assert "no category has nine products" in text, "the shop is too small to follow a visit"
    assert "baskets to complete" in text
    assert "NDCG@10, made anew" in text, "the gate's table is there"
    assert not [output for output in outputs if output.get("name") == "stderr"]

    execute("evaluation")
    assert scalar(measured) == 1, "what is measured is read"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_is_committed_has_no_outputs_and_no_place_of_its_own(name: str) -> None:
    book = read(name)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert len(code) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert all(cell.metadata == {} for cell in book.cells)
    assert set(book.metadata) == {"kernelspec", "language_info"}
    paths = re.findall(r"""["'(](/[\w.-]+/|[A-Z]:\\|~/)""", "\n".join(c.source for c in book.cells))
    assert paths == []


def test_every_notebook_is_tested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NOTEBOOKS)
