"""The API does what its OpenAPI document says, whatever is sent."""

import json
import os
import subprocess
import sys
from pathlib import Path

SEED = "1"
MOST_EXAMPLES = "25"
LEAST_PER_OPERATION = 25
LIMIT_SECONDS = 300


def test_no_request_is_answered_otherwise_than_described(site: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{site}/schema/openapi.json"),
            # `acceptance` and `rejection` of accepted.py stand for them.
            *("--checks", "all"),
            *("--exclude-checks", "positive_data_acceptance,negative_data_rejection"),
            *("--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", MOST_EXAMPLES, "--seed", SEED, "--generation-deterministic"),
            *("--continue-on-failure", "--no-color"),
            *("--request-timeout", "10", "--output-sanitize", "false"),
            *("--report-json-path", str(report)),
        ],
        # Where nothing else is read as its configuration.
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": "accepted",
        },
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(report.read_text())
    assert {phase["status"] for phase in told["phases"].values()} == {"success"}
    assert told["operations"]["tested"] == told["operations"]["total"] > 0
    assert told["test_cases"]["generated"] > LEAST_PER_OPERATION * told["operations"]["total"]
