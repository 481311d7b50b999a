"""Files below the home folder that may quote rows: dbt's logs and results, logs of servers."""

import time
from pathlib import Path

_DAY = 86_400


def delete_files_naming(home: Path, shopper_id: str) -> list[str]:
    """Delete dbt's files and empty the servers' logs if they have a shopper's id in them.

    dbt makes its files anew when it next runs; a server goes on with its log. Files of processes on
    other machines are out of reach.

    Returns
    -------
    list of str
        The files, relative to the home folder.
    """
    wanted = shopper_id.encode()
    found: list[str] = []
    for path in _files(home):
        if _has(path, wanted):
            if path.parent.parent.name == "dbt":
                path.unlink(missing_ok=True)
            else:
                # The server has it open, and appends.
                with path.open("r+b") as file:
                    file.truncate()
            found.append(str(path.relative_to(home)))
    return found


def delete_old_logs(home: Path, days: int) -> int:
    """Delete dbt's logs that nothing was written to for so many days; return how many."""
    before = time.time() - days * _DAY
    old = [path for path in (home / "dbt" / "logs").glob("*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _files(home: Path) -> list[Path]:
    dbt = [path for path in (home / "dbt").rglob("*") if path.is_file()]
    logs = [path for name in ("postgres", "s3") if (path := home / name / "log").is_file()]
    return sorted([*dbt, *logs])


def _has(path: Path, wanted: bytes) -> bool:
    """Tell whether a file has the bytes, read in pieces that overlap."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if wanted in rest + piece:
                return True
            rest = piece[-len(wanted) :]
    return False
