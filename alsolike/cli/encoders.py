"""Commands of encoders: encoders, switch-encoder, drop-encoder."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from alsolike.cli.models import NotPromotedError, limit_option
from alsolike.cli.output import as_json_option, require_schema, show, working
from alsolike.embedded import embedded_servers
from alsolike.settings import DEFAULT_ENCODER, DEFAULT_ENCODER_SHA256, Settings, read_prompt

if TYPE_CHECKING:
    from alsolike.promotion import Limits


@click.command()
@as_json_option
@click.pass_obj
def encoders(settings: Settings, *, as_json: bool) -> None:
    """List the encoders with their prompts, pooling and dimension, and which one serves."""
    from embed.listing import encoders_text, list_encoders  # noqa: PLC0415

    with embedded_servers(settings):
        require_schema()
        found = list_encoders()
    result = {"encoders": [one.as_dict() for one in found]}
    show(result, encoders_text(found), as_json=as_json)


@click.command("switch-encoder")
@click.argument("name")
@click.option("--revision", help="Branch, tag or commit of a model of the Hugging Face hub.")
@click.option("--sha256", help="Expected sha256 of its model.safetensors.")
@click.option("--document-prompt", help="Put before the texts of products; none: nothing.")
@click.option("--query-prompt", help="Put before queries; none: nothing.")
@click.option(
    "--dimension", type=click.IntRange(1), help="Numbers of each vector that are kept, if not all."
)
@click.option("--force", is_flag=True, help="Let it serve whatever is found; kept on record.")
@limit_option
@as_json_option
@click.pass_obj
def switch_encoder(
    settings: Settings,
    name: str,
    *,
    revision: str | None,
    sha256: str | None,
    document_prompt: str | None,
    query_prompt: str | None,
    dimension: int | None,
    limits: "Limits",
    force: bool,
    as_json: bool,
) -> None:
    """Let the encoder NAME (a path, or a model of the hub) follow the one that serves.

    Texts are embedded with it too, while the other one goes on serving; then its model has to pass
    the gate of `promote`, and serves from one moment to the next. If it is interrupted, run it
    again: it goes on where it was. `rollback` leads back until `drop-encoder` drops the earlier
    one.

    Prompts come from the model's own files where they are left out, and from the settings where
    NAME is ALSOLIKE_ENCODER. Exit code 1: refused.
    """
    from embed.encoder import load_encoder  # noqa: PLC0415
    from embed.switch import switch_encoder as switch  # noqa: PLC0415

    chosen = settings
    if name != settings.encoder:
        chosen = replace(
            settings,
            encoder=name,
            encoder_sha256=DEFAULT_ENCODER_SHA256 if name == DEFAULT_ENCODER else "",
            encoder_revision="",
            document_prompt=None,
            query_prompt=None,
            encoder_dimension=0,
        )
    if sha256 is not None:
        chosen = replace(chosen, encoder_sha256=sha256)
    if revision is not None:
        chosen = replace(chosen, encoder_revision=revision)
    if document_prompt is not None:
        chosen = replace(chosen, document_prompt=read_prompt(document_prompt))
    if query_prompt is not None:
        chosen = replace(chosen, query_prompt=read_prompt(query_prompt))
    if dimension is not None:
        chosen = replace(chosen, encoder_dimension=dimension)
    arguments = {"encoder": name, "force": force}
    with working(settings, "switch-encoder", arguments) as (report, counts):
        summary = switch(
            settings, load_encoder(chosen), is_forced=force, limits=limits, report=report
        )
        counts.update(summary.as_dict())
    show(summary.as_dict(), summary.as_text(), as_json=as_json)
    if summary.decision.kind == "refuse":
        failed = ", ".join(check.name for check in summary.decision.checks if not check.is_passed)
        message = (
            f"{name} does not serve ({failed}); {summary.decision.previous} still does. --force "
            f"lets it serve nevertheless, `alsolike drop-encoder {summary.encoder_id}` gives it up."
        )
        raise NotPromotedError(message)


@click.command("drop-encoder")
@click.argument("encoder_id", type=click.IntRange(1), metavar="NUMBER")
@as_json_option
@click.pass_obj
def drop_encoder(settings: Settings, encoder_id: int, *, as_json: bool) -> None:
    """Drop an encoder that does not serve, with its vectors and models; see `encoders`.

    Nothing leads back to them.
    """
    from embed.switch import drop_encoder as drop  # noqa: PLC0415

    with working(settings, "drop-encoder", {"encoder_id": encoder_id}) as (_, counts):
        counts["models"] = drop(encoder_id)
    text = f"Dropped encoder {encoder_id} with its models: {', '.join(counts['models']) or 'none'}."
    show(dict(counts), text, as_json=as_json)
