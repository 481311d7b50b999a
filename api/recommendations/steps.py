"""The steps that answer each question, best first.

Every step leaves out what the request, the shopper or the stock rules out, as far as it can know.
"""

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.store import has_category
from api.ladder.ladder import Steps
from api.recommendations import snapshot, store

RECOMMEND_STEPS = Steps(
    live=store.recommend_live,
    neighbours=store.recommend_from_neighbours,
    popular=store.recommend_popular,
    snapshot=snapshot.recommend_from_snapshot,
)
SIMILAR_STEPS = Steps(
    live=store.similar_live,
    neighbours=store.similar_from_neighbours,
    popular=store.similar_popular,
    snapshot=snapshot.similar_from_snapshot,
)
SIMILAR_LISTS_STEPS = Steps(live=store.similar_lists, snapshot=snapshot.similar_lists_from_snapshot)
COMPLEMENTS_STEPS = Steps(live=store.complements, snapshot=snapshot.no_complements)
TRENDING_STEPS = Steps(live=store.trending, snapshot=snapshot.trending_from_snapshot)
VIEWED_STEPS = Steps(live=store.recently_viewed, snapshot=snapshot.nothing_viewed)
BUY_AGAIN_STEPS = Steps(live=store.buy_again, snapshot=snapshot.nothing_bought)
CATEGORY_STEPS = Steps(
    has_category, has_category, has_category, snapshot=LocalSnapshot.has_category
)
