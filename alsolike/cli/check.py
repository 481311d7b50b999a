"""The command check."""

from dataclasses import asdict

import click

from alsolike.cli.output import as_json_option, show
from alsolike.embedded import embedded_servers
from alsolike.errors import AlsolikeError, EncoderError
from alsolike.requirements import Finding
from alsolike.settings import Settings


class IncompleteError(AlsolikeError):
    """The database lacks what is listed as missing."""


@click.command()
@as_json_option
@click.pass_obj
def check(settings: Settings, *, as_json: bool) -> None:
    """Tell what the database lacks, and the SQL that an administrator runs.

    With products in it, it also warns where the encoder was not made for their scripts or
    languages. It changes nothing. Exit codes: 0 nothing is missing, 1 something is.
    """
    from alsolike.migrate import check_database  # noqa: PLC0415

    with embedded_servers(settings):
        findings = [*check_database(), *_check_encoder(settings)]
    lines = [f"{finding.level:<8} {finding.text}" for finding in findings]
    statements = [statement for finding in findings for statement in finding.statements]
    if statements:
        lines += ["", "An administrator runs, in this database:", *statements]
    is_complete = all(finding.level != "missing" for finding in findings)
    result = {"complete": is_complete, "findings": [asdict(finding) for finding in findings]}
    show(result, "\n".join(lines), as_json=as_json)
    if not is_complete:
        raise IncompleteError


def _check_encoder(settings: Settings) -> list[Finding]:
    """Check the encoder against the catalogue, where both are there."""
    from alsolike.migrate import is_current  # noqa: PLC0415

    if not is_current():
        return []
    try:
        from embed.coverage import check_encoder  # noqa: PLC0415

        return list(check_encoder(settings))
    except ModuleNotFoundError:
        # The site's own installation has no encoder.
        return []
    except EncoderError as error:
        return [Finding("warning", str(error))]
