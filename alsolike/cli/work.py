"""Commands of the embedding worker: embed, worker."""

import os
from typing import TYPE_CHECKING

import click

from alsolike.cli.output import as_json_option, require_schema, show, working
from alsolike.embedded import embedded_servers
from alsolike.schemas import in_schemas
from alsolike.settings import Settings

if TYPE_CHECKING:
    from embed.run import EmbedSummary


@click.command()
@click.option("--no-neighbours", is_flag=True, help="Leave the nearest products as they are.")
@as_json_option
@click.pass_obj
def embed(settings: Settings, *, no_neighbours: bool, as_json: bool) -> None:
    """Embed new and changed texts, compute vectors and nearest products, then end.

    It is done for every encoder in use: that of the serving model, and while another one follows it
    or can lead back, that one too. A new shop begins with ALSOLIKE_ENCODER.
    """
    from alsolike.neighbours import write_all_neighbours  # noqa: PLC0415
    from embed.in_use import due_switch, encoders_in_use  # noqa: PLC0415
    from embed.run import embed_all  # noqa: PLC0415

    with working(settings, "embed", {"encoder": settings.encoder}) as (report, counts):
        summaries: list[EmbedSummary] = []
        for encoder in encoders_in_use(settings):
            summary = embed_all(settings, report=report, encoder=encoder)
            summaries.append(summary)
            if summary.vectors and not no_neighbours:
                counts["neighbours"] = counts.get("neighbours", 0) + sum(
                    write_all_neighbours(
                        model=model,
                        k=settings.neighbours_k,
                        sessions=os.cpu_count() or 1,
                        report=report,
                    )
                    for model in summary.models
                )
        serving, *others = summaries
        counts.update(serving.as_dict())
        if others:
            counts["others"] = [summary.as_dict() for summary in others]
        lines = [_summary_text(summary) for summary in summaries]
        if due := due_switch(settings):
            lines.append(due)
        show(dict(counts), "\n".join(lines), as_json=as_json)
        for summary in summaries:
            summary.require_most()


def _summary_text(summary: "EmbedSummary") -> str:
    text = (
        f"Embedded {summary.encoded:,} texts ({summary.documents_per_second:.0f}/s), "
        f"{summary.unchanged:,} unchanged, {summary.failed:,} failed; "
        f"{summary.vectors:,} products have a vector."
    )
    if summary.failed:
        text += in_schemas(" The reasons are in ops.embedding_failures.")
    return text


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process has ended.")
@click.pass_obj
def worker(settings: Settings, parent: int | None) -> None:
    """Work on the queue until stopped: keep features, vectors, neighbours and snapshots fresh.

    If the database is away, it waits for up to ten minutes; then the exit code is 1.
    """
    from alsolike.parent import end_with_parent  # noqa: PLC0415
    from embed.worker import run_worker  # noqa: PLC0415

    if parent is not None:
        end_with_parent(parent)

    with embedded_servers(settings, with_s3=True):
        require_schema()
        run_worker(settings)
