"""Experiments are started and stopped by commands, and a plan that cannot be meant is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from alsolike.cli import commands
from alsolike.database import APP_ROLE, connect, query
from alsolike.errors import AlsolikeError
from tests.shop.database import add_rows, run
from tests.shop.models import add_model, write_vectors

pytestmark = pytest.mark.usefixtures("database")

PLAN = ("--hypothesis", "It sells more.", "--shoppers", "1000")
HALVES = ("--arm", "control=0.5", "--arm", "none=0.5:off")


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["experiment", *arguments])


def begin(name: str, *arguments: str) -> dict[str, Any]:
    result = ask("start", name, *PLAN, "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def why_not(name: str, *arguments: str) -> str:
    result = ask("start", name, *PLAN, *arguments)
    assert result.exit_code != 0
    return str(result.exception) if isinstance(result.exception, AlsolikeError) else result.output


def test_it_is_listed_and_stopped() -> None:
    started = begin("holdout", *HALVES, "--place", "home", "--days", "7")
    assert started["arms"] == [
        {"name": "control", "share": 0.5},
        {"name": "none", "share": 0.5, "is_off": True},
    ]
    assert (started["window_days"], started["places"]) == (7, ["home"])
    assert "holdout" in ask("list").output
    assert ask("stop", "holdout", "--because", "It is Monday.").exit_code == 0
    (listed,) = json.loads(ask("list", "--json").stdout)["experiments"]
    assert listed["stopped_because"] == "It is Monday."
    again = ask("stop", "holdout", "--because", "Once more.")
    assert "It is Monday." in str(again.exception)
    assert "was an experiment" in why_not("holdout", *HALVES)
    assert "no experiment of that name" in str(ask("report", "unknown").exception)


def test_a_model_has_to_be_there_and_to_answer() -> None:
    arms = ("--arm", "control=0.5", "--arm", "new=0.5:model=new")
    assert "new" in why_not("models", *arms)
    model = add_model("new", dimension=4)
    assert "no vectors" in why_not("models", *arms)
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    write_vectors(model, {"mug": np.array([1, 0, 0, 0], np.float32)})
    assert begin("models", *arms)["arms"][1] == {"name": "new", "share": 0.5, "model": "new"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--arm", "control=0.5", "--arm", "none=0.4:off"), "add up to 0.9"),
        (("--arm", "control=0.5", "--arm", "same=0.5"), "No arm changes anything"),
        (("--arm", "a=0.5", "--arm", "a=0.5:off"), "Two arms"),
        (("--arm", "control=half", "--arm", "none=0.5:off"), "no share"),
        (("--arm", "control=0.5", "--arm", "none=0.5:colour=red"), "no change"),
        (("--arm", "control=0.5", "--arm", "wide=0.5:diversity=huge"), "no change"),
        ((*HALVES, "--metric", "mood"), "no metric"),
        (
            ("--arm", "c=0.5", "--arm", "w=0.5:diversity=low", "--place", "product-similar"),
            "the same for everybody",
        ),
    ],
    ids=[
        "shares",
        "no change",
        "two of one name",
        "no share",
        "unknown change",
        "unknown diversity",
        "unknown metric",
        "impersonal list",
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(arguments: tuple[str, ...], told: str) -> None:
    assert told in why_not("odd", *arguments)
    assert run("select from recs.experiments") == []


def test_experiments_of_a_layer_take_its_free_parts() -> None:
    first = begin("first", *HALVES, "--part", "0.5")
    second = begin("second", *HALVES, "--part", "0.3")
    assert (first["layer_from"], first["layer_to"]) == (0.0, 0.5)
    assert (second["layer_from"], second["layer_to"]) == (0.5, 0.8)
    assert "no part of 0.5 free" in why_not("third", *HALVES, "--part", "0.5")
    # What changes the same of the same list cannot be in another layer.
    assert "changes the same (off)" in why_not("fourth", *HALVES, "--layer", "other")
    wide = ("--arm", "control=0.5", "--arm", "wide=0.5:diversity=high")
    assert begin("fifth", *wide, "--layer", "other")["layer_from"] == 0.0
    assert ask("stop", "first", "--because", "Over.").exit_code == 0
    assert begin("third", *HALVES, "--part", "0.5")["layer_from"] == 0.0


def test_an_exposure_is_written_once_by_many_at_once() -> None:
    begin("holdout", *HALVES)
    add_rows("raw.shoppers", [{"shopper_id": f"s{n}"} for n in range(50)])
    add_rows(
        "raw.consents",
        [
            {"shopper_id": f"s{n}", "purpose": "measurement", "is_granted": n != 7, "source": "t"}
            for n in range(50)
        ],
    )

    def write(backwards: bool) -> None:
        ids = [f"s{n}" for n in range(50)][:: -1 if backwards else 1]
        with connect(role=APP_ROLE) as connection:
            connection.execute(
                query("api/impressions/write_exposures"),
                {
                    "experiments": ["holdout"] * 50,
                    "arms": ["none" if backwards else "control"] * 50,
                    "shopper_ids": ids,
                    "session_ids": [None] * 50,
                    "exposed_at": ["2026-01-01T00:00:00Z"] * 50,
                },
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [False, True] * 8))
    # One did not agree.
    assert run("select count(*), count(distinct shopper_id) from recs.exposures") == [(49, 49)]
