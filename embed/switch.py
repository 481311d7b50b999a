"""Let another encoder follow the one that serves, and drop one that is not needed any more.

Each step leaves its result in the database and finds there what an earlier run has done, so that a
run that was killed is simply started again. Until the last step, which is one update, the encoder
before serves; after it, `alsolike rollback` leads back as long as that one is not dropped.
"""

from dataclasses import dataclass
from typing import Any

from alsolike.database import connect, query
from alsolike.errors import AlsolikeError
from alsolike.locks import hold_lock
from alsolike.models import Model, build_vector_index, drop_model, find_model
from alsolike.neighbours import write_all_neighbours
from alsolike.progress import Report
from alsolike.promotion import Decision, Limits, promote
from alsolike.rankers.blend.recipe import Recipe
from alsolike.settings import Settings
from alsolike.training import train
from embed.encoder import Encoder
from embed.run import embed_all
from embed.target import Target, register_encoder
from embed.tasks import REFRESH_TASK, SNAPSHOT_TASK, delete_jobs, queue_task

_SWITCH = "alsolike switch"


class SwitchError(AlsolikeError):
    """The encoder cannot be switched or dropped."""


@dataclass(frozen=True, slots=True)
class SwitchSummary:
    """What a switch came to.

    Attributes
    ----------
    decision : Decision
        Of the gate; its kind is `none` where a model of the encoder serves already, or is a shop's
        first.
    no_search_reason : str or None
        Why searches go by words alone with the new encoder; None: they do not.
    """

    encoder_id: int
    encoder: str
    decision: Decision
    no_search_reason: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "encoder_id": self.encoder_id,
            "encoder": self.encoder,
            "no_search_reason": self.no_search_reason,
            **self.decision.as_dict(),
        }

    def as_text(self) -> str:
        """Return it for people."""
        lines = [self.decision.as_text()]
        if self.decision.kind in {"promote", "force"}:
            lines.append(f"The encoder {self.encoder} (number {self.encoder_id}) is in use now.")
        if self.no_search_reason is not None:
            lines.append(f"Searches go by words alone with it: {self.no_search_reason}")
        return "\n".join(lines)


def switch_encoder(
    settings: Settings,
    encoder: Encoder,
    *,
    is_forced: bool = False,
    limits: Limits | None = None,
    seed: int = 0,
    report: Report,
) -> SwitchSummary:
    """Embed with another encoder beside the one that serves, and let it serve if the gate agrees.

    The new encoder gets vectors, their index, a light copy for queries, and a model of the kind
    that serves: of averaged parts, or one trained by the same recipe. That model is promoted, as
    `promote` does it. Workers keep the vectors of both encoders up to date meanwhile and
    afterwards.

    Parameters
    ----------
    is_forced, limits, seed
        Of the gate.

    Raises
    ------
    SwitchError
        Another switch is running.
    EncoderError, NoDocumentsError, MostFailedError
        The encoder is of no use, or there are no texts yet.
    SplitError, NoHistoryError
        There is too little history to train on.
    """
    with hold_lock(_SWITCH, is_patient=False) as is_ours:
        if not is_ours:
            message = "Another switch of the encoder is running: wait for its end."
            raise SwitchError(message)
        target = register_encoder(encoder)
        with connect() as connection:
            serving = find_model(connection, None)
        if serving is None or serving.encoder_id == target.encoder_id:
            _embed(settings, target, report)
            name = target.model if serving is None else serving.name
            decision = Decision("none", name, name, [])
            return SwitchSummary(target.encoder_id, encoder.name, decision, _no_search(target))
        with connect() as connection:
            connection.execute(
                query("embed/begin_switch"),
                {"encoder_id": target.encoder_id, "previous_encoder_id": serving.encoder_id},
            )
        # Workers look at once which encoders are in use.
        queue_task(serving.encoder_id, REFRESH_TASK)
        _embed(settings, target, report)
        candidate = _candidate(serving, target, report)

        def catch_up() -> None:
            """Take in what came while the gate was measuring."""
            _embed(settings, target, report)
            write_all_neighbours(
                model=candidate, k=settings.neighbours_k, sessions=2, report=report
            )

        catch_up()
        decision = promote(
            candidate,
            is_forced=is_forced,
            limits=limits,
            seed=seed,
            prepare=catch_up,
            report=report,
        )
        if decision.kind != "refuse":
            queue_task(serving.encoder_id, REFRESH_TASK)
            queue_task(target.encoder_id, SNAPSHOT_TASK)
        return SwitchSummary(target.encoder_id, encoder.name, decision, _no_search(target))


def drop_encoder(encoder_id: int) -> list[str]:
    """Drop an encoder that does not serve, with its vectors and models; return the models' names.

    Raises
    ------
    SwitchError
        There is no such encoder, the serving model is of it, or a switch is running.
    """
    with hold_lock(_SWITCH, is_patient=False) as is_ours:
        if not is_ours:
            message = "A switch of the encoder is running: wait for its end."
            raise SwitchError(message)
        with connect() as connection:
            known = connection.execute(
                "select from recs.encoders where encoder_id = %s", (encoder_id,)
            ).fetchone()
            serving = find_model(connection, None)
            models = connection.execute(
                "select model_id, name from recs.models where encoder_id = %s order by model_id",
                (encoder_id,),
            ).fetchall()
        if known is None:
            message = f"There is no encoder {encoder_id}: `alsolike encoders` lists them."
            raise SwitchError(message)
        if serving is not None and serving.encoder_id == encoder_id:
            message = (
                f"The serving model {serving.name} is of encoder {encoder_id}: let another one "
                "follow it first (alsolike switch-encoder)."
            )
            raise SwitchError(message)
        # One by one: the locks on the vectors are held for a short time each.
        for model_id, _ in models:
            with connect() as connection:
                drop_model(connection, model_id)
        with connect() as connection:
            delete_jobs(connection, encoder_id)
            # Its embeddings, failures, light copy and switches go with it.
            connection.execute("delete from recs.encoders where encoder_id = %s", (encoder_id,))
    return [name for _, name in models]


def _embed(settings: Settings, target: Target, report: Report) -> None:
    """Bring the vectors of the new encoder up to date, with their index and the light copy."""
    embed_all(settings, report=report, encoder=target.encoder).require_most()


def _candidate(serving: Model, target: Target, report: Report) -> str:
    """Return the model that is to follow the serving one: the new encoder's, of the same kind."""
    if serving.kind != "trained":
        return target.model
    with connect() as connection:
        # Of an earlier run of this switch, which may have ended before the index was built.
        row = connection.execute(
            query("embed/model_of_switch"), {"encoder_id": target.encoder_id}
        ).fetchone()
        if row is not None:
            model_id, name = row
            build_vector_index(connection, model_id)
            return name
    recipe = Recipe.from_dict(serving.parameters)
    return train(recipe, encoder_id=target.encoder_id, report=report).model


def _no_search(target: Target) -> str | None:
    with connect() as connection:
        row = connection.execute(
            "select failure from recs.query_encoders where encoder_id = %s", (target.encoder_id,)
        ).fetchone()
    return "there is no light copy of it for queries." if row is None else row[0]
