"""Which arm of an experiment somebody is given: a hash says, and nothing is asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

_POINTS = 2.0**53
_DROPPED_BITS = 256 - 53


def point(salt: str, unit: str) -> float:
    """Return where somebody stands between 0 and 1, evenly and at random by the salt.

    The first 53 bits of a SHA-256: what a float holds exactly.
    """
    digest = sha256(f"{salt}\0{unit}".encode()).digest()
    return (int.from_bytes(digest) >> _DROPPED_BITS) / _POINTS


def unit_of(shopper_id: str | None, session_id: str | None) -> str | None:
    """Return what is hashed of a shopper, or of an anonymous visitor; None of nobody."""
    if shopper_id is not None:
        return f"shopper:{shopper_id}"
    return None if session_id is None else f"session:{session_id}"


@dataclass(frozen=True, slots=True)
class Arm:
    """What some shoppers get.

    Attributes
    ----------
    share : float
        Of the experiment's shoppers, 0 to 1.
    model, diversity : str or None
        What makes their lists; None: as it serves.
    is_off : bool
        Whether the lists are not shown.
    """

    name: str
    share: float
    model: str | None = None
    diversity: str | None = None
    is_off: bool = False

    @property
    def changed(self) -> frozenset[str]:
        """What it changes."""
        changes = {
            "model": self.model is not None,
            "diversity": self.diversity is not None,
            "off": self.is_off,
        }
        return frozenset(what for what, is_changed in changes.items() if is_changed)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored, without what it does not change."""
        stored: dict[str, Any] = {"name": self.name, "share": self.share}
        if self.model is not None:
            stored["model"] = self.model
        if self.diversity is not None:
            stored["diversity"] = self.diversity
        if self.is_off:
            stored["is_off"] = True
        return stored


@dataclass(frozen=True, slots=True)
class Experiment:
    """A running experiment, as far as an answer needs it.

    Attributes
    ----------
    layer_from, layer_to : float
        Its part of the layer, 0 to 1; the end does not belong to it.
    arms : tuple of Arm
        The control first; their shares add up to 1.
    places : frozenset of str
        The lists that it changes.
    """

    name: str
    layer: str
    layer_from: float
    layer_to: float
    salt: str
    arms: tuple[Arm, ...]
    places: frozenset[str]

    @property
    def is_personal(self) -> bool:
        """Whether it changes what is chosen for whom, and so only personal lists."""
        return any(arm.changed & {"model", "diversity"} for arm in self.arms)

    def assign(self, unit: str) -> Arm | None:
        """Return the arm of somebody; None: another part of the layer is theirs."""
        if not self.layer_from <= point(f"layer {self.layer}", unit) < self.layer_to:
            return None
        place = point(self.salt, unit)
        end = 0.0
        for arm in self.arms[:-1]:
            end += arm.share
            if place < end:
                return arm
        return self.arms[-1]

    def arm(self, name: str) -> Arm | None:
        """Return the arm of a name."""
        return next((arm for arm in self.arms if arm.name == name), None)


def read_arms(stored: Iterable[Mapping[str, Any]]) -> tuple[Arm, ...]:
    """Read the arms as they are stored."""
    return tuple(Arm(**one) for one in stored)


def given_arms(
    running: Iterable[Experiment], unit: str, kept: Mapping[str, str]
) -> dict[Experiment, Arm]:
    """Return the arms of somebody in the running experiments.

    Parameters
    ----------
    unit : str
        As `unit_of` has it.
    kept : mapping of str to str
        Arms that they were given before, by experiment: those stay. A layer in which they have one
        has no other for them.
    """
    experiments = tuple(running)
    taken = {one.layer for one in experiments if one.name in kept}
    given: dict[Experiment, Arm] = {}
    for experiment in experiments:
        if experiment.name in kept:
            arm = experiment.arm(kept[experiment.name])
        elif experiment.layer in taken:
            arm = None
        else:
            arm = experiment.assign(unit)
        if arm is not None:
            given[experiment] = arm
    return given
