"""What shoppers did, as arrays: what training learns from and evaluation is measured on."""

from alsolike.history.cut import (
    split_by_time,
    split_history,
    split_leave_one_out,
    split_next,
)
from alsolike.history.history import ALWAYS, DAY, KINDS, Catalogue, History, existence
from alsolike.history.read import NoHistoryError, read_history
from alsolike.history.split import SPLITS, Split, SplitError
from alsolike.history.visitors import Visitor, visitor_of

__all__ = [
    "ALWAYS",
    "DAY",
    "KINDS",
    "SPLITS",
    "Catalogue",
    "History",
    "NoHistoryError",
    "Split",
    "SplitError",
    "Visitor",
    "existence",
    "read_history",
    "split_by_time",
    "split_history",
    "split_leave_one_out",
    "split_next",
    "visitor_of",
]
