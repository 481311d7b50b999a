"""How much better one model ranks than another, made anew at one or several past moments."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alsolike.evaluation.bootstrap import interval, resampled_means
from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Evaluation
from alsolike.history import History, Split, SplitError, split_by_time
from alsolike.history.cut import usual_cutoff
from alsolike.progress import Report
from alsolike.rankers.protocol import Ranker

ANEW = "made anew"

# Each further cutoff costs a fit of both models.
MOST_CUTOFFS = 3
# With so many tested shoppers the interval is narrow: no further cutoff is needed.
ENOUGH_SHOPPERS = 1_000
# Of fewer tested shoppers not even a clear difference ends the search for more.
FEWEST_SHOPPERS = 30


@dataclass(frozen=True, slots=True)
class Lead:
    """The candidate's lead over the serving model in NDCG, both made anew.

    Attributes
    ----------
    candidate, serving : float
        Mean NDCG over tested shoppers; one who is tested at two cutoffs counts twice.
    low, high : float
        95 % bootstrap interval of the difference, over shoppers.
    probability : float
        Share of the bootstrap's draws in which the candidate is better.
    shoppers : int
        Different shoppers at all cutoffs.
    cutoffs : tuple of datetime
        The latest first, UTC.
    is_same : bool
        Whether both are made by one recipe from the same texts.
    """

    candidate: float
    serving: float
    low: float
    high: float
    probability: float
    shoppers: int
    cutoffs: tuple[datetime, ...]
    is_same: bool = False

    @property
    def is_even(self) -> bool:
        """Whether no shopper has a better list of one model than of the other."""
        return self.low == self.high == 0

    @property
    def is_untold(self) -> bool:
        """Whether two models are even on so few shoppers that it may be chance."""
        return self.is_even and not self.is_same and self.shoppers < FEWEST_SHOPPERS

    @property
    def difference(self) -> float:
        """The candidate's mean less the serving model's."""
        return self.candidate - self.serving

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, with the difference, fit for JSON."""
        cutoffs = [cutoff.isoformat() for cutoff in self.cutoffs]
        return {**asdict(self), "difference": self.difference, "cutoffs": cutoffs}

    def is_clear(self, share: float) -> bool:
        """Tell whether the whole interval lies above that share of the serving model's NDCG."""
        return self.low > share * self.serving


class AtCutoff(NamedTuple):
    """What was measured at one cutoff: NDCG of both models, for each tested shopper."""

    cutoff: datetime
    shoppers: NDArray[np.int32]
    candidate: NDArray[np.float64]
    serving: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both models side by side: the lead over all cutoffs, and all that the latest one tells.

    Evaluations are the latest first, as is the split. Their models are called by name and label,
    such as 'average made anew'.
    """

    lead: Lead
    evaluations: list[Evaluation]
    split: Split


def compare(
    history: History,
    names: tuple[str, str],
    make: Callable[[str], Ranker],
    *,
    stored: Sequence[Ranker] = (),
    is_same: bool = False,
    clear: float,
    k: int,
    vectors: NDArray[np.float32] | None,
    seed: int,
    report: Report,
) -> Comparison:
    """Make the candidate and the serving model anew at the usual cutoff, and before it if needed.

    Where few shoppers are tested, the part before the cutoff is cut again at its own usual cutoff,
    as if today were the first one: each model is made from what was known then, and tested on what
    followed up to the later cutoff (a rolling origin). That goes on until the difference is clear,
    `ENOUGH_SHOPPERS` are tested, or there are `MOST_CUTOFFS`.

    Parameters
    ----------
    names : (str, str)
        Of the candidate and the serving model.
    make : callable
        From such a name to the ranker that makes the model anew.
    stored : sequence of Ranker
        Other models to measure at the latest cutoff alone.
    is_same : bool
        Whether both are made by one recipe from the same texts: once they are even, they always
        are.
    clear : float
        A difference beyond this share of the serving NDCG, with its whole interval, is clear.

    Raises
    ------
    SplitError
        There is too little history at every cutoff.
    """
    part = history
    split: Split | None = None
    why: SplitError | None = None
    evaluations: list[Evaluation] = []
    tested: list[AtCutoff] = []
    for _ in range(MOST_CUTOFFS):
        try:
            cut = split_by_time(part)
            evaluation = evaluate(
                cut,
                [*(() if evaluations else stored), *(_anew(name, make) for name in names)],
                k=k,
                vectors=None if evaluations else vectors,
                seed=seed,
                report=report,
            )
        except SplitError as error:
            why = why or error
        else:
            split = split or cut
            evaluations.append(evaluation)
            tested.append(_tested(cut, evaluation, names))
            if not _is_open(pooled(tested, seed=seed, is_same=is_same), clear):
                break
        if not len(part):
            break
        part = part.before(usual_cutoff(part))
    if split is None:
        assert why is not None  # noqa: S101  (each round adds a split or a reason)
        raise why
    return Comparison(pooled(tested, seed=seed, is_same=is_same), evaluations, split)


def pooled(tested: Sequence[AtCutoff], *, seed: int, is_same: bool = False) -> Lead:
    """Pool what was measured at several cutoffs.

    The bootstrap draws shoppers, each with all that they did at any cutoff: a shopper's results at
    two cutoffs are alike, and would make the interval too narrow if they were drawn one by one.
    """
    shoppers = np.concatenate([one.shoppers for one in tested])
    ours = np.concatenate([one.candidate for one in tested])
    theirs = np.concatenate([one.serving for one in tested])
    different, rows = np.unique(shoppers, return_inverse=True)
    columns = (np.ones(len(rows)), ours, theirs)
    sums = np.column_stack([np.bincount(rows, column) for column in columns])
    means = resampled_means(sums.astype(np.float64), seed=seed)
    differences = (means[:, 1] - means[:, 2]) / means[:, 0]
    return Lead(
        float(ours.mean()),
        float(theirs.mean()),
        *interval(differences),
        probability=float(np.mean(differences > 0)),
        shoppers=len(different),
        cutoffs=tuple(one.cutoff for one in tested),
        is_same=is_same,
    )


def _is_open(lead: Lead, clear: float) -> bool:
    """Tell whether a further cutoff could change what is thought of the difference."""
    if (lead.is_even and not lead.is_untold) or lead.shoppers >= ENOUGH_SHOPPERS:
        return False
    is_settled = lead.is_clear(clear) or lead.high < -clear * lead.serving
    return lead.shoppers < FEWEST_SHOPPERS or not is_settled


def _anew(name: str, make: Callable[[str], Ranker]) -> Ranker:
    ranker = make(name)
    ranker.name = f"{name} {ANEW}"
    return ranker


def _tested(split: Split, evaluation: Evaluation, names: tuple[str, str]) -> AtCutoff:
    assert split.cutoff is not None  # noqa: S101  (split by time)
    ours, theirs = (
        evaluation.models[f"{name} {ANEW}"].by_shopper[f"ndcg@{evaluation.k}"] for name in names
    )
    cutoff = datetime.fromtimestamp(split.cutoff / 1_000_000, UTC)
    return AtCutoff(cutoff, np.unique(split.shoppers), ours, theirs)
