"""Pull products, shoppers and events from the shop's own tables, through views that map them."""

from alsolike.pull.pull import pull, pull_if_due
from alsolike.pull.source import PullError

__all__ = ["PullError", "pull", "pull_if_due"]
