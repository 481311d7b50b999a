"""The command line: `alsolike --help`.

Exit codes: 0 done, 1 an expected failure with a message of one line, 2 wrong usage, 3 a load that
rejected more than half the rows of a file, 130 interrupted. Each command imports what it needs when
it runs, so that `alsolike --help` stays quick and the site never loads torch.
"""

import logging
import signal
import sys
from types import FrameType
from typing import NoReturn

import click
import psycopg

from alsolike.cli.accounts import invite
from alsolike.cli.check import check
from alsolike.cli.data import migrate, psql, pull, transform
from alsolike.cli.demo import demo
from alsolike.cli.encoders import drop_encoder, encoders, switch_encoder
from alsolike.cli.evaluation import evaluate
from alsolike.cli.experiments import experiment
from alsolike.cli.load import load
from alsolike.cli.models import promote, rollback, train
from alsolike.cli.privacy import erase, erasures, retain, shopper_data
from alsolike.cli.serving import export, fetch, neighbours, serve
from alsolike.cli.work import embed, worker
from alsolike.errors import AlsolikeError
from alsolike.settings import load_settings

__all__ = ["commands", "main", "run"]

_INTERRUPTED = 128 + signal.SIGINT


def main() -> NoReturn:
    """Run the command line; the entry point of the `alsolike` script."""
    # An exception runs the clean-up, which stops the servers that the command started.
    signal.signal(signal.SIGTERM, _end)
    sys.exit(run(sys.argv[1:]))


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def run(arguments: list[str]) -> int:
    """Run the command that follows `alsolike` on the command line; return the exit code."""
    try:
        commands.main(arguments, prog_name="alsolike", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted; everything it started has been stopped.", _INTERRUPTED)
    except (AlsolikeError, psycopg.Error, OSError) as error:
        return _fail(_message(error))
    except ModuleNotFoundError as error:
        return _fail(
            f"the package {error.name} is not installed, and only `alsolike serve` can do without "
            "it: pip install 'alsolike[worker]'."
        )
    return 0


def _message(error: Exception) -> str:
    """Return an error's message on one line."""
    if isinstance(error, psycopg.Error):
        first_line = str(error).strip().partition("\n")[0]
        return f"the database said: {first_line or type(error).__name__}"
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or error}{place}"
    return str(error)


def _fail(message: str, code: int = 1) -> int:
    click.echo(f"alsolike: {message}", err=True)
    return code


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alsolike")
@click.pass_context
def commands(context: click.Context) -> None:
    """Find what each shopper would like: the engine for shops that already run Postgres.

    Without PG* variables every command starts and uses its own Postgres and S3 under
    ALSOLIKE_HOME (default .alsolike); with them it uses that server and starts nothing.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    context.obj = load_settings()


for _command in (
    demo,
    check,
    migrate,
    load,
    pull,
    transform,
    embed,
    neighbours,
    train,
    evaluate,
    experiment,
    promote,
    rollback,
    encoders,
    switch_encoder,
    drop_encoder,
    export,
    fetch,
    serve,
    worker,
    invite,
    erase,
    erasures,
    retain,
    shopper_data,
    psql,
):
    commands.add_command(_command)
