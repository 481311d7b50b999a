"""Commands that make models and choose the one that serves: train, promote, rollback."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from alsolike.cli.output import SEEDS, as_json_option, k_option, seed_option, show, working
from alsolike.errors import AlsolikeError
from alsolike.settings import Settings

if TYPE_CHECKING:
    from alsolike.promotion import Limits
    from alsolike.training import Recipe

# Of fine-tuning, at its highest: what the authors of small encoders use.
_LEARNING_RATE = 2e-5


def _name(_context: click.Context, _parameter: click.Parameter, name: str | None) -> str | None:
    if name is not None and (not name or name != name.strip() or not name.isprintable()):
        message = "a name has a character, no line break, and no blank at either end."
        raise click.BadParameter(message)
    from alsolike.rankers.by_name import BASELINES, TRAINED  # noqa: PLC0415

    if name in {*BASELINES, TRAINED}:
        message = f"evaluate knows {name} as another model: choose another name."
        raise click.BadParameter(message)
    if name is not None and "," in name:
        message = "a name has no comma: evaluate --models takes several names, with commas between."
        raise click.BadParameter(message)
    return name


@click.command()
@click.option(
    "--name",
    callback=_name,
    help="Of the model; the next of trained-1, trained-2 … when left out.",
)
@click.option(
    "--validation",
    type=click.Choice(["both", "time", "next", "leave-one-out"]),
    default="both",
    show_default=True,
    help="How the slice is asked on which the weights are chosen: at one moment for what came "
    "later, before every next action, or both; leave-one-out where the times of different "
    "shoppers cannot be compared.",
)
@seed_option
@click.option(
    "--neighbours",
    type=click.IntRange(10, 1000),
    help="Products kept for each product; 100 when left out.",
)
@click.option(
    "--finetune",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Instead of a model, train the text encoder on what shoppers came to next, in this "
    "folder; a run that was stopped goes on. It is kept only if a model with it foretells better.",
)
@click.option(
    "--steps", type=click.IntRange(1), default=300, show_default=True, help="Of --finetune."
)
@click.option(
    "--batch-size",
    type=click.IntRange(2, 4096),
    default=32,
    show_default=True,
    help="Pairs of products in a step of --finetune.",
)
@as_json_option
@click.pass_obj
def train(
    settings: Settings,
    name: str | None,
    validation: str,
    seed: int,
    neighbours: int | None,
    *,
    folder: Path | None,
    steps: int,
    batch_size: int,
    as_json: bool,
) -> None:
    """Train a model on the whole history; `promote` lets it serve.

    It blends what texts, shoppers in common and the order of actions say, with weights chosen on
    slices at the end of the history that it foretells from what came before them.
    """
    from alsolike.training import Recipe  # noqa: PLC0415
    from alsolike.training import train as make  # noqa: PLC0415

    recipe = Recipe(validation=validation, seed=seed)
    if neighbours is not None:
        recipe = replace(recipe, neighbours=neighbours)
    if folder is not None:
        if name is not None:
            message = "--name goes with a model: --finetune makes an encoder, in its folder."
            raise click.UsageError(message)
        _finetune(settings, recipe, folder, steps, batch_size, as_json=as_json)
        return
    with working(settings, "train", {"name": name, **recipe.as_dict()}) as (report, counts):
        summary = make(recipe, name=name, report=report)
        counts.update(summary.as_dict())
    show(summary.as_dict(), summary.as_text(), as_json=as_json)


def _finetune(
    settings: Settings,
    recipe: "Recipe",
    folder: Path,
    steps: int,
    batch_size: int,
    *,
    as_json: bool,
) -> None:
    from embed.finetune.trial import try_finetuning  # noqa: PLC0415

    arguments = {"finetune": folder.name, "steps": steps, "batch_size": batch_size}
    with working(settings, "train", {**recipe.as_dict(), **arguments}) as (report, counts):
        trial = try_finetuning(
            settings,
            recipe,
            folder,
            steps=steps,
            batch_size=batch_size,
            learning_rate=_LEARNING_RATE,
            report=report,
        )
        counts.update(trial.as_dict())
    text = (
        f"Fine-tuned on {trial.tuned.pairs:,} pairs, {trial.tuned.steps:,} steps "
        f"({trial.tuned.pairs_per_second:g} pairs/s); loss {trial.tuned.first_loss:.3f} to "
        f"{trial.tuned.last_loss:.3f}.\n"
        f"NDCG@10 of a model with it {trial.tuned_ndcg:.4f}, with the encoder as it is "
        f"{trial.base_ndcg:.4f}: difference {trial.difference.value:+.4f}, 95 % from "
        f"{trial.difference.low:+.4f} to {trial.difference.high:+.4f}.\n"
    )
    if trial.is_kept:
        text += f"It is better. Let it serve: alsolike switch-encoder {trial.tuned.encoder}"
    else:
        text += "That proves nothing: it was not kept. Try more --steps, in another folder."
    show(trial.as_dict(), text, as_json=as_json)


class NotPromotedError(AlsolikeError):
    """The model was not promoted."""


def _limits(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> "Limits":
    from alsolike.promotion import Limits  # noqa: PLC0415

    given: dict[str, float] = {}
    names = Limits.__dataclass_fields__
    for value in values:
        name, _, number = value.partition("=")
        if name not in names:
            message = f"{name} is no limit; there are: {', '.join(names)}."
            raise click.BadParameter(message)
        try:
            given[name] = float(number)
        except ValueError as error:
            message = f"{value} needs a number, such as {name}=0.5."
            raise click.BadParameter(message) from error
        if not 0 <= given[name] < math.inf:
            message = f"{value} needs a number from 0 on, such as {name}=0.5."
            raise click.BadParameter(message)
    return Limits(**given)


limit_option = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    callback=_limits,
    help="Another limit, such as coverage=0.3 (docs/operations.md); may be repeated.",
)


@click.command()
@click.argument("model")
@click.option("--force", is_flag=True, help="Let it serve whatever is found; kept on record.")
@limit_option
@k_option
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of the intervals.")
@as_json_option
@click.pass_obj
def promote(
    settings: Settings,
    model: str,
    limits: "Limits",
    k: int,
    seed: int,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Let MODEL serve, if on held-out history it is not worse than the one that does.

    Both are made anew from what was known before, and compared on what shoppers did last; in a
    small shop that is repeated at earlier moments. Coverage, concentration, diversity, new products
    and speed have to stay within limits. Exit code 1: refused, with what decided and would help.
    """
    from alsolike.promotion import promote as let_serve  # noqa: PLC0415

    arguments = {"model": model, "force": force, "k": k, "seed": seed}
    with working(settings, "promote", arguments) as (report, counts):
        decision = let_serve(model, is_forced=force, limits=limits, k=k, seed=seed, report=report)
        counts.update(decision.as_dict())
    show(decision.as_dict(), decision.as_text(), as_json=as_json)
    if decision.kind == "refuse":
        failed = ", ".join(check.name for check in decision.checks if not check.is_passed)
        message = (
            f"{model} was not promoted ({failed}); {decision.previous} still serves. "
            "--force lets it serve nevertheless."
        )
        raise NotPromotedError(message)


@click.command()
@as_json_option
@click.pass_obj
def rollback(settings: Settings, *, as_json: bool) -> None:
    """Let the model serve again that served before the last promotion."""
    from alsolike.promotion import rollback as go_back  # noqa: PLC0415

    with working(settings, "rollback", {}) as (_, counts):
        decision = go_back()
        counts.update(decision.as_dict())
    show(decision.as_dict(), decision.as_text(), as_json=as_json)
