"""Fine-tune the encoder on a shop's history, and keep the result only if it recommends better.

`pairs` is what it learns from, `training` makes the steps, `checkpoint` lets a run go on where it
stopped, and `trial` compares the new encoder with the old one.
"""

from alsolike.errors import AlsolikeError


class FinetuneError(AlsolikeError):
    """The encoder cannot be fine-tuned."""
