"""Basket completion, and what goes with a product."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import scipy.sparse as sp

from alsolike.dbt_variables import dbt_variables
from alsolike.evaluation import complements
from alsolike.evaluation.complement_lists import complement_scores
from alsolike.evaluation.complements import NoBasketsError, evaluate_complements
from alsolike.history import KINDS, History
from tests.fixtures.history import DAY, catalogue, dated, history

CUTOFF = datetime.fromtimestamp(50 * 86_400, UTC)


def _bought(made: History) -> History:
    return replace(made, kinds=np.full(len(made), KINDS.index("purchase"), np.int8))


def _paired_shop(*, days: int = 60) -> History:
    """Return a shop where 2n and 2n + 1 are bought together, and shoppers change pairs daily."""
    random = np.random.default_rng(5)
    events: list[tuple[int, int, int]] = []
    for day in range(days):
        for shopper in range(8):
            pair = int(random.integers(10))
            events += [(shopper, 2 * pair, day), (shopper, 2 * pair + 1, day)]
    return _bought(history(catalogue(20), events))


def _members(*baskets: list[int], products: int) -> sp.csr_matrix:
    dense = np.zeros((len(baskets), products), np.float32)
    for row, basket in enumerate(baskets):
        dense[row, basket] = 1
    return sp.csr_matrix(dense)


def _scores(members: sp.csr_matrix, *, per_product: int = 20) -> sp.csr_matrix:
    return complement_scores(members, minimum_support=2, shrinkage=5, per_product=per_product)


def test_the_score_is_the_shrunk_logarithm_of_the_lift() -> None:
    members = _members([0, 1], [0, 1, 2], [0, 2], [3], [3], [3], products=4)
    scores = _scores(members).toarray()
    # 0 and 1 met twice; 0 is in 3 baskets of 6, 1 in 2: the lift is 2.
    assert scores[0, 1] == scores[1, 0] == pytest.approx(2 / 7 * np.log(2))
    assert scores[0, 2] == pytest.approx(2 / 7 * np.log(2))
    # 1 and 2 met once, which is too little; 3 was always alone.
    assert np.count_nonzero(scores) == 4


def test_pairs_that_meet_no_more_than_by_chance_are_no_complements() -> None:
    always = [[0, 1]] * 4
    assert _scores(_members(*always, products=2)).nnz == 0


def test_only_the_best_are_kept_of_each_product() -> None:
    baskets = [[0, 1, 2, 3]] * 3 + [[0, 3]] * 3 + [[4]] * 9
    scores = _scores(_members(*baskets, products=5), per_product=1).toarray()
    assert scores.astype(bool).sum(axis=1).tolist() == [1, 1, 1, 1, 0]
    assert scores[0, 3] > 0
    # 1 goes as well with 2 as 2 with 1, and better than with the frequent ones.
    assert scores[1, 2] > 0
    assert scores[2, 1] > 0


def test_where_a_product_stands_in_a_large_catalogue_makes_no_difference() -> None:
    random = np.random.default_rng(1)
    shop = sp.csr_matrix((random.random((300, 25)) < 0.2).astype(np.float32))
    # So many products that they are worked on in parts, which meet within one of these shops.
    scores = _scores(sp.csr_matrix(sp.block_diag([shop] * 200)), per_product=3)
    first = scores[:25, :25]
    assert first.nnz > 25
    assert (scores != sp.csr_matrix(sp.block_diag([first] * 200))).nnz == 0


def test_complements_complete_baskets_where_other_days_tell_nothing() -> None:
    made = _paired_shop()
    vectors = np.eye(20, dtype=np.float32)
    found = evaluate_complements(made, CUTOFF, 3, 0, vectors=vectors)
    assert (found["k"], found["baskets"], found["known_baskets"]) == (3, 80, 400)
    assert found["cutoff"] == CUTOFF.isoformat()
    models = found["models"]
    assert set(models) == {"complements", "popular", "item-knn", "text"}
    assert models["complements"] == {"ndcg@3": 1, "hr@3": 1, "mrr@3": 1}
    assert models["item-knn"]["hr@3"] < 0.5
    # All other texts are equally far: a tie of 19 is at rank 10.
    assert models["text"] == {"ndcg@3": 0, "hr@3": 0, "mrr@3": 0}
    difference, low, high = found["differences"]["popular"]["ndcg@3"]
    assert difference == pytest.approx(1 - models["popular"]["ndcg@3"])
    assert 0 < low <= difference <= high


def test_the_same_seed_gives_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complements, "_MOST_BASKETS", 30)
    first = evaluate_complements(_paired_shop(), CUTOFF, 3, 4)
    assert first == evaluate_complements(_paired_shop(), CUTOFF, 3, 4)
    assert first["baskets"] == 30
    monkeypatch.setattr(complements, "_SCORES_AT_ONCE", 7 * 20)
    assert evaluate_complements(_paired_shop(), CUTOFF, 3, 4) == first


def test_orders_and_not_days_are_the_baskets_where_there_are_any() -> None:
    made = _paired_shop()
    # Two orders a day and shopper: the even products in one, the odd ones in the other.
    by_day = made.shoppers * 1000 + (made.times // DAY).astype(np.int32)
    split_up = replace(made, orders=(2 * by_day + made.products % 2).astype(np.int32))
    with pytest.raises(NoBasketsError):
        evaluate_complements(split_up, CUTOFF, 3, 0)
    together = replace(made, orders=by_day)
    assert evaluate_complements(together, CUTOFF, 3, 0)["models"]["complements"]["hr@3"] == 1


def test_a_basket_over_the_cutoff_is_neither_known_nor_completed() -> None:
    made = _paired_shop()
    one_long_order = np.where(made.shoppers == 0, 7, -1).astype(np.int32)
    found = evaluate_complements(replace(made, orders=one_long_order), CUTOFF, 3, 0)
    assert (found["baskets"], found["known_baskets"]) == (70, 350)


def test_products_out_of_stock_are_neither_hidden_nor_ranked() -> None:
    made = _paired_shop()
    sold_out = replace(made, catalogue=catalogue(20, sold_out=range(0, 20, 2)))
    found = evaluate_complements(sold_out, CUTOFF, 1, 0)
    assert found["models"]["complements"]["hr@1"] == 1
    all_gone = replace(made, catalogue=catalogue(20, sold_out=range(20)))
    with pytest.raises(NoBasketsError):
        evaluate_complements(all_gone, CUTOFF, 1, 0)


def test_too_little_to_measure_is_one_clear_line() -> None:
    views = history(catalogue(2), [(0, 0, 1), (0, 1, 1)])
    with pytest.raises(NoBasketsError, match="There is no purchase"):
        evaluate_complements(views, None, 10, 0)
    alone = _bought(history(catalogue(2), [(0, 0, 1), (0, 1, 90)]))
    with pytest.raises(NoBasketsError, match="before 1970-02-20T00:00:00"):
        evaluate_complements(alone, CUTOFF, 10, 0)


def test_a_pair_below_the_support_of_dbt_is_no_complement() -> None:
    least = int(dbt_variables()["minimum_support"])
    # 0 and 1 are bought together on so many days, 2 and 3 on one day fewer, 4 alone.
    known = [(0, product, day) for day in range(least) for product in (0, 1)]
    known += [(1, product, day) for day in range(least - 1) for product in (2, 3)]
    known += [(2, 4, day) for day in range(40)]
    for pair, hit_rate in (((0, 1), 1), ((2, 3), 0)):
        events = [*known, *((3, product, 60) for product in pair)]
        found = evaluate_complements(_bought(history(catalogue(5), events)), CUTOFF, 1, 0)
        assert found["models"]["complements"]["hr@1"] == hit_rate


def test_what_came_after_the_cutoff_is_not_hidden_nor_ranked() -> None:
    made = _paired_shop()
    # From the cutoff on, the second of each pair is sold as a product that is new.
    is_later = made.times >= 50 * DAY
    products = np.where(is_later & (made.products % 2 == 1), made.products // 2 + 20, made.products)
    whole = replace(made, products=products.astype(np.int32), catalogue=catalogue(30))
    new = evaluate_complements(whole, CUTOFF, 10, 0)
    known = evaluate_complements(dated(whole, {}, loaded=90), CUTOFF, 10, 0)
    assert known["baskets"] == new["baskets"]
    # Of each basket the product that was there is hidden; the new one says nothing of it.
    found = [told["models"]["popular"]["hr@10"] for told in (known, new)]
    assert found[0] > found[1] + 0.1


def test_an_older_variant_stands_for_its_group_where_the_other_began_later() -> None:
    # p0 comes after the cutoff; its variant p20 was there before, and nobody bought it.
    made = _paired_shop()
    made = made.only((made.products != 0) | (made.times >= 55 * DAY))
    products = catalogue(21, sold_out=[1])
    always = evaluate_complements(replace(made, catalogue=products), CUTOFF, 10, 0)
    since = products.exists_from.copy()
    since[0] = 55 * DAY
    groups: list[str | None] = ["g", *[None] * 19, "g"]
    grouped = replace(products, groups=groups, exists_from=since)
    told = evaluate_complements(replace(made, catalogue=grouped), CUTOFF, 10, 0)
    # Nothing else of the pair can be shown: its baskets are completed with the group.
    assert told["baskets"] == always["baskets"]
    alone = replace(products, exists_from=since)
    without = evaluate_complements(replace(made, catalogue=alone), CUTOFF, 10, 0)
    assert without["baskets"] < told["baskets"]
