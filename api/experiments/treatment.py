"""What running experiments change in a list for whoever asks for it."""

from datetime import UTC, datetime
from typing import cast

from msgspec import Struct

from alsolike.experiments.assignment import given_arms, unit_of
from api.exchange import AnyRequest
from api.experiments.running import experiments_of
from api.fields import Diversity
from api.impressions.bots import is_bot
from api.impressions.log import log_of
from api.impressions.rows import Exposure
from api.pages.rendering import is_looked_at
from api.visitors.session import Visitor


class Treatment(Struct, frozen=True):
    """What is changed in a list.

    Attributes
    ----------
    model, diversity : str or None
        What makes it; None: as it serves.
    is_off : bool
        Whether it is not shown.
    """

    model: str | None = None
    diversity: Diversity | None = None
    is_off: bool = False


AS_SERVED = Treatment()


def treat(request: AnyRequest, visitor: Visitor, place: str) -> Treatment:
    """Return what is changed in a list, and note once who was given which arm.

    Only of whoever agreed to measurement; where experiments change what is chosen for whom, to
    personalisation too. Nothing is asked: an arm is a hash, or was read with the shopper.

    Parameters
    ----------
    place : str
        As impressions call it.
    """
    running = experiments_of(request).all
    if not running or not visitor.is_measured:
        return AS_SERVED
    unit = unit_of(visitor.shopper_id, visitor.measured_id)
    if unit is None:
        return AS_SERVED
    given = given_arms(running, unit, visitor.arms)
    arms = [
        (experiment, arm)
        for experiment, arm in given.items()
        if place in experiment.places and (visitor.is_personalised or not experiment.is_personal)
    ]
    if is_looked_at(request) and not is_bot(request.headers.get("user-agent", "")):
        for experiment, arm in arms:
            if experiment.name not in visitor.arms:
                log_of(request).expose(
                    Exposure(
                        experiment.name,
                        arm.name,
                        visitor.shopper_id,
                        None if visitor.shopper_id is not None else visitor.measured_id,
                        datetime.now(UTC),
                    )
                )
    # Where two change the same, the older one does: commands start no such two.
    return Treatment(
        model=next((arm.model for _, arm in arms if arm.model), None),
        diversity=cast(
            "Diversity | None", next((arm.diversity for _, arm in arms if arm.diversity), None)
        ),
        is_off=any(arm.is_off for _, arm in arms),
    )
