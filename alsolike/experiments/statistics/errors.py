"""Why an experiment cannot be analysed or planned."""

from alsolike.errors import AlsolikeError


class ExperimentError(AlsolikeError):
    """An experiment cannot be analysed or planned."""


class DesignError(ExperimentError):
    """The plan of an experiment contradicts itself."""


class RowsError(ExperimentError):
    """The rows of an experiment cannot be used as they are."""


class TooFewShoppersError(ExperimentError):
    """An arm has too few shoppers to say anything."""


class NothingToCompareError(ExperimentError):
    """A metric cannot be compared: what it measures did not happen, or never differs."""


class UnknownMetricError(ExperimentError):
    """There is no metric of that name."""


class SizeError(ExperimentError):
    """No size follows from what was given."""
