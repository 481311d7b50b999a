"""What can be wrong with an evaluation."""

from alsolike.errors import AlsolikeError


class EvaluationError(AlsolikeError):
    """The evaluation cannot be made, or a model answered with something that is no ranking."""
