"""What a model has to show before it may serve; what its lists must show is in `guards`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.bootstrap import interval
from alsolike.evaluation.results import Evaluation
from alsolike.history import History
from alsolike.metrics.responsiveness import (
    CARDS,
    LOOKS,
    WANTED_OF_KIND,
    WANTED_TO_STAY,
    Responsiveness,
)
from alsolike.models import Model
from alsolike.promotion.lead import ANEW, FEWEST_SHOPPERS, Lead
from alsolike.rankers.blend.recipe import Recipe, RecipeError
from alsolike.training import SAMPLE_SIZE, sample

STORED = "as stored"
# Answers this fast are never too slow: the 99th percentile, in milliseconds.
_FAST_MS = 25.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a model may fall behind.

    Attributes
    ----------
    coverage : float
        Least share of the lowest catalogue coverage that the serving model and the behaviour
        baselines show; see `guards`.
    gini : float
        Most by which the Gini coefficient of exposure, 0 (equal) to 1, may be above their highest.
    diversity : float
        Least share of their lowest intra-list diversity.
    cold : float
        Least share of the lower of two shares of cold products: in the serving model's lists, and
        among what shoppers came to.
    latency : float
        Most multiple of the serving model's 99th percentile of the time to answer; 25 ms always
        pass.
    visit : float
        Least share of the cards that should follow a visit, or stay in spite of it; see
        `Responsiveness.reached`. Of a serving model that reaches less, that share.
    data : float
        Least share of the events of its training that this database holds.
    loss : float
        The lower end of the interval of the difference in NDCG may lie below 0 by this share of the
        serving model's NDCG.
    probability : float
        A model that is better with this probability need not exclude such a loss; one whose stored
        rows are worse with it is damaged.
    win : float
        The interval of the difference in NDCG lies above this share of the serving model's NDCG: a
        clear win.
    bought : float
        What is left of the guards of lists after a clear win, as a share of each.
    """

    coverage: float = 0.5
    gini: float = 0.2
    diversity: float = 0.6
    cold: float = 0.5
    latency: float = 3.0
    visit: float = 1.0
    data: float = 0.8
    loss: float = 0.02
    probability: float = 0.9
    win: float = 0.05
    bought: float = 0.2


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate.

    Attributes
    ----------
    candidate, serving : float or None
        The figures of both models; None where there is none.
    wanted : str
        What is wanted of the candidate's figure, for people.
    compared_with : str, optional
        The model that sets the bar.
    found : str, optional
        What the check says about the candidate, as a sentence.
    advice : str, optional
        What would help, as a sentence; only of a check that failed.
    lead : dict, optional
        Of the ranking made anew: `Lead.as_dict`.
    """

    name: str
    candidate: float | None
    serving: float | None
    wanted: str
    is_passed: bool
    compared_with: str | None = None
    found: str | None = None
    advice: str | None = None
    lead: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return asdict(self)


def check_data(data: Mapping[str, Any], history: History, limits: Limits) -> Check:
    """Check that a model was trained on the data of this database.

    The share is estimated from the smallest hashes of events of both (Broder 1997). Erased events
    lower it a little; with the data of another shop it is 0.
    """
    name, advice = "training data", "Train a model here: alsolike train."
    trained_on: Sequence[str] = data.get("sample", [])
    if not trained_on or "latest_event_us" not in data:
        wanted = "it says what it was trained on"
        return Check(name, None, None, wanted, is_passed=False, advice=advice)
    # Events after its training do not count: the model could not have seen them.
    here = sample(history.before(int(data["latest_event_us"]) + 1))
    union = sorted({*trained_on, *here})[:SAMPLE_SIZE]
    both = {*trained_on} & {*here}
    share = sum(value in both for value in union) / len(union)
    is_passed = share >= limits.data
    return Check(
        name,
        share,
        None,
        f"at least {limits.data:.0%} of the events it was trained on are here",
        is_passed=is_passed,
        advice=None if is_passed else advice,
    )


def too_little_history(reason: str) -> Check:
    """Return the check that fails where no cutoff has anything to measure."""
    return Check(
        "history to compare on",
        None,
        None,
        reason,
        is_passed=False,
        found="Nobody can say which of the two ranks better.",
        advice="Try again when more shoppers have come back to a product new to them; until then "
        "--force lets the model serve unmeasured.",
    )


def check_recipes(candidate: Model, serving: Model) -> Check | None:
    """Return the check that fails where one of the models cannot be made anew; None: both can.

    An earlier version may have trained it. As stored, such a model has seen the answers, so that
    nothing can stand beside it.
    """
    for model in (candidate, serving):
        try:
            recipe_of(model)
        except RecipeError as error:
            return Check(
                "recipe",
                None,
                None,
                str(error),
                is_passed=False,
                compared_with=serving.name,
                found=f"{model.name} cannot be made anew, so nobody can say which of the two ranks "
                "better.",
                advice="Train a model with this version: alsolike train."
                if model is candidate
                else f"--force lets {candidate.name} serve unmeasured; later models are measured "
                "beside it.",
            )
    return None


def recipe_of(model: Model) -> Recipe | None:
    """Return the recipe of a trained model; None: an averaged one has none.

    Raises
    ------
    RecipeError
        Its stored parameters are no recipe that this version can follow.
    """
    return Recipe.from_dict(model.parameters) if model.kind == "trained" else None


def check_ranking(lead: Lead, names: tuple[str, str], k: int, limits: Limits) -> Check:
    """Check that NDCG made anew is not worse, or is better with a high probability.

    Not worse: the 95 % interval of the difference excludes a loss of more than `limits.loss`. In a
    small shop the interval of a better model is often too wide for that, so it is enough to be
    better with a probability of `limits.probability`. If a handful of shoppers tell two models in
    nothing apart, as where neither foretells anything, that leaves the answer open.
    """
    candidate, serving = names
    is_not_worse = lead.low >= -limits.loss * lead.serving and not lead.is_untold
    is_better = lead.probability >= limits.probability
    if lead.is_clear(0):
        verdict = f"{candidate} ranks better than {serving}"
    elif is_better:
        verdict = f"{candidate} probably ranks better than {serving}"
    elif is_not_worse:
        verdict = f"{candidate} ranks no worse than {serving}"
    elif lead.high < 0:
        verdict = f"{candidate} ranks worse than {serving}"
    elif lead.is_untold:
        verdict = f"nothing tells {candidate} from {serving}"
    else:
        verdict = f"it is open whether {candidate} ranks better than {serving}"
    # Nothing measured is certain.
    surest = 0.995
    probability = "over 99%" if lead.probability >= surest else f"{lead.probability:.0%}"
    cutoffs = "1 cutoff" if len(lead.cutoffs) == 1 else f"{len(lead.cutoffs)} cutoffs"
    shoppers = "1 shopper" if lead.shoppers == 1 else f"{lead.shoppers:,} shoppers"
    found = (
        f"On {shoppers} at {cutoffs} {verdict}: difference {lead.difference:+.4f}, 95 % from "
        f"{lead.low:+.4f} to {lead.high:+.4f}; better with a probability of {probability}."
    )
    if lead.shoppers < FEWEST_SHOPPERS:
        found += " So few shoppers prove little."
    is_passed = is_not_worse or is_better
    return Check(
        f"NDCG@{k}, {ANEW}",
        lead.candidate,
        lead.serving,
        f"no loss of over {limits.loss:.0%}, or better with a probability of "
        f"{limits.probability:.0%}",
        is_passed=is_passed,
        compared_with=serving,
        found=found,
        advice=None if is_passed else _advice(lead, serving),
        lead=lead.as_dict(),
    )


def _advice(lead: Lead, serving: str) -> str:
    if lead.high < 0:
        return f"Keep {serving}; train again when there is more history."
    if lead.is_untold:
        return "More history may tell them apart; --force decides without an answer."
    return (
        "More history narrows the interval, and a training with another --seed may do better; "
        "--force decides without an answer."
    )


def check_damage(
    evaluation: Evaluation, names: tuple[str, str], shoppers: int, limits: Limits
) -> Check:
    """Check that the rows that would serve are not damaged: asked as they are stored.

    A stored model has learned from the held-out part too, so a high figure says nothing about what
    it foretells. But rows that rank below their own recipe, which was made anew without that part,
    are damaged, or much older than the history. It fails if the whole interval lies below, of at
    least `FEWEST_SHOPPERS`; or if it ranks, with `limits.probability`, below its recipe and below
    the serving model as stored too, so that a small shop is not left without a test.
    """
    metric = f"ndcg@{evaluation.k}"
    stored, anew = (f"{names[0]} {label}" for label in (STORED, ANEW))
    serving = f"{names[1]} {STORED}"
    # The evaluation puts no model that has seen the answers beside one that has not: no such
    # difference is in its tables. Here it is wanted, to look at one model's rows.
    draws = {name: one.resampled["all"][metric] for name, one in evaluation.models.items()}
    _, high = interval(draws[stored] - draws[anew])
    is_clear = high < 0 and shoppers >= FEWEST_SHOPPERS
    is_likely = all(
        np.mean(draws[stored] < draws[other]) >= limits.probability for other in (anew, serving)
    )
    is_passed = not (is_clear or is_likely)
    return Check(
        f"NDCG@{evaluation.k}, {STORED}",
        evaluation.models[stored].metrics["all"][metric].value,
        evaluation.models[serving].metrics["all"][metric].value,
        "has seen the answers, so a test for damage only: not clearly below its recipe made anew",
        is_passed=is_passed,
        compared_with=names[0],
        advice=None if is_passed else "Its rows are damaged or old: train again.",
    )


def check_visit(
    candidate: Responsiveness, serving: Responsiveness, limits: Limits, *, is_clear_win: bool
) -> Check:
    """Check that the lists follow a visit, and keep some of what was there before.

    A serving model that does so less lowers the bar. After a clear win there is none: what ranks
    far better serves, and the output tells how its lists follow.
    """
    bar = 0.0 if is_clear_win else min(limits.visit, serving.reached)
    is_passed = candidate.reached >= bar
    after = candidate.after[max(LOOKS)]
    return Check(
        "follows a visit",
        candidate.reached,
        serving.reached,
        ("not judged after a clear win; " if is_clear_win else f"at least {bar:.4f} of ")
        + f"what is wanted of {CARDS} cards: "
        + ", ".join(f"{n} of the kind after {looks}" for looks, n in WANTED_OF_KIND.items())
        + f" looks, {WANTED_TO_STAY} that stay",
        is_passed=is_passed,
        compared_with=serving.model,
        found=f"After {max(LOOKS)} looks of {candidate.visitors} visitors at a kind new to them, "
        f"{after.of_kind:.1f} cards are of the kind or go with it, and {after.stayed:.1f} stay.",
        advice=None
        if is_passed
        else "Train again, or change the option visit in recs.models.serving, which says how much "
        "a visit counts; if the shop can afford it, change --limit visit=…",
    )


def check_latency(
    candidate: NDArray[np.float64], serving: NDArray[np.float64], name: str, limits: Limits
) -> Check:
    """Check that the 99th percentile of the time to answer is not much greater.

    `candidate` and `serving` are the seconds that each shopper's answer takes, shape (n_shoppers,),
    `name` is the serving model's.
    """
    new, old = (1000 * float(np.quantile(taken, 0.99)) for taken in (candidate, serving))
    is_passed = new <= max(limits.latency * old, _FAST_MS)
    return Check(
        "p99 of an answer, ms",
        new,
        old,
        f"at most {limits.latency:g} × {name}, or {_FAST_MS:g} ms",
        is_passed=is_passed,
        compared_with=name,
        advice=None
        if is_passed
        else "Try again on a quiet server, or train with fewer --neighbours.",
    )
