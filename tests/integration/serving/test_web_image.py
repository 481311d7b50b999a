"""The site runs where only its own dependencies are installed, as in the image `web`."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx

from tests.fixtures.site import ROOT, serving
from tests.shop.kitchen import make_kitchen

# Python runs it in every process that begins, granian's included.
BLOCKER = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


def modules_of_worker() -> set[str]:
    """Return the top-level modules of the packages that the image `web` leaves out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def normal(name: str) -> str:
        return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", name)[0]).lower()

    left_out = {normal(line) for line in project["optional-dependencies"]["worker"]}
    return {
        module
        for module, distributions in packages_distributions().items()
        if left_out.issuperset(map(normal, distributions))
    }


def test_the_site_serves_without_the_packages_of_the_worker(
    database: dict[str, str], tmp_path: Path
) -> None:
    make_kitchen()
    blocked = modules_of_worker()
    assert {"torch", "sentence_transformers", "transformers", "scipy", "boto3", "alembic"} < blocked
    (tmp_path / "sitecustomize.py").write_text(BLOCKER.format(blocked=blocked))
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with (
        serving({**database, **path}, tmp_path / "log.txt") as address,
        httpx.Client(base_url=address) as client,
    ):
        for page in ("/", "/products/knife-01", "/search?q=knife", "/v1/products/pan-01/similar"):
            answer = client.get(page)
            assert (answer.status_code, answer.headers["alsolike-tier"]) == (200, "live"), page
        assert client.get("/schema/openapi.json").status_code == 200
    refused = subprocess.run(
        [sys.executable, "-m", "alsolike", "migrate"],
        cwd=ROOT,
        env={**database, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "alsolike[worker]" in refused.stderr
    assert refused.stderr.count("\n") == 1
