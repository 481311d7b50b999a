"""The commands of docs/sending.md do what the document shows."""

import json
import re
import subprocess
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sending.md"
SHOWN = re.compile(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", re.DOTALL)


def test_each_command_is_answered_as_shown(site: str) -> None:
    text = DOCUMENT.read_text()
    examples = SHOWN.findall(text)
    assert len(examples) == text.count("```sh") >= 5
    for command, shown in examples:
        run = subprocess.run(
            ["bash", "-c", command.replace("localhost:8000", site)],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(run.stdout) == json.loads(shown), command
