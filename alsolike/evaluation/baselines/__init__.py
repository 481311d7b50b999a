"""The models that every other one is measured against.

Each learns from the known part of a split alone and scores the whole catalogue.
"""

from alsolike.evaluation.baselines.average import AverageRanker
from alsolike.evaluation.baselines.choose import BASELINES, baseline
from alsolike.evaluation.baselines.ease import EaseRanker
from alsolike.evaluation.baselines.ials import IalsRanker
from alsolike.evaluation.baselines.item_knn import ItemKnnRanker
from alsolike.evaluation.baselines.popular import PopularRanker
from alsolike.evaluation.baselines.recently_popular import RecentlyPopularRanker
from alsolike.evaluation.baselines.text import TextRanker
from alsolike.evaluation.baselines.text_parts import NoTextVectorsError, TextParts, read_text_parts

__all__ = [
    "BASELINES",
    "AverageRanker",
    "EaseRanker",
    "IalsRanker",
    "ItemKnnRanker",
    "NoTextVectorsError",
    "PopularRanker",
    "RecentlyPopularRanker",
    "TextParts",
    "TextRanker",
    "baseline",
    "read_text_parts",
]
