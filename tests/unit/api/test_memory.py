"""What a web process need not hold."""

import subprocess
import sys


def test_a_web_process_loads_no_library_of_the_other_commands() -> None:
    program = (
        "import sys, alsolike.cli, api.app; "
        "from alsolike.settings import load_settings; "
        "api.app.create_app(load_settings()); "
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    for name in ("alembic", "onnxruntime", "pyarrow", "scipy", "sklearn", "sqlalchemy", "torch"):
        assert f"'{name}'" not in done.stdout, name
