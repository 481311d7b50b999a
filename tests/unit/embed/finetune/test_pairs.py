"""Which products are pairs, and how batches are drawn."""

import numpy as np
import pytest

from embed.finetune import FinetuneError
from embed.finetune.pairs import Pairs, near_pairs
from tests.fixtures.history import catalogue, history

TEXTS = ["red tea", "blue cup", "oak bed", "tin lamp", "green mat"]


def _pairs_of(pairs: Pairs) -> set[frozenset[str]]:
    return {frozenset(pairs.texts[number] for number in pair) for pair in pairs.numbers.tolist()}


def test_products_near_each_other_in_one_history_are_pairs() -> None:
    made = history(catalogue(5), [(0, 0, 1), (0, 1, 2), (0, 2, 80), (1, 3, 1), (1, 4, 1)])
    expected = {frozenset({"red tea", "blue cup"}), frozenset({"tin lamp", "green mat"})}
    assert _pairs_of(near_pairs(made, TEXTS)) == expected


def test_four_events_apart_is_no_pair_any_more() -> None:
    made = history(catalogue(5), [(0, product, product) for product in range(5)])
    pairs = _pairs_of(near_pairs(made, TEXTS))
    assert len(pairs) == 9
    assert frozenset({"red tea", "green mat"}) not in pairs


def test_empty_and_equal_texts_are_in_no_pair() -> None:
    made = history(catalogue(4), [(0, product, product) for product in range(4)])
    pairs = near_pairs(made, ["red tea", " ", "red tea", "oak bed"])
    assert _pairs_of(pairs) == {frozenset({"red tea", "oak bed"})}
    assert len(pairs) == 2
    with pytest.raises(FinetuneError, match="no shopper acted on two products"):
        near_pairs(made, ["red tea"] * 4)
    with pytest.raises(FinetuneError):
        near_pairs(history(catalogue(4), []), TEXTS[:4])


def test_no_text_comes_twice_in_a_batch() -> None:
    numbers = np.random.default_rng(0).permutation(
        np.array([(one, other) for one in range(30) for other in range(one)], np.int32)
    )
    pairs = Pairs([f"text {number}" for number in range(30)], numbers)
    for seed in range(20):
        anchors, positives = pairs.draw(8, np.random.default_rng(seed))
        assert len(anchors) == len(positives) == 8
        assert len({*anchors, *positives}) == 16
        assert (anchors, positives) == pairs.draw(8, np.random.default_rng(seed))


def test_a_small_shop_gives_smaller_batches_and_one_common_text_none() -> None:
    texts = [f"text {number}" for number in range(6)]
    two = Pairs(texts, np.array([[0, 1], [2, 3], [1, 0]], np.int32))
    assert len(two.draw(64, np.random.default_rng(0))[0]) == 2
    star = Pairs(texts, np.array([[0, 1], [0, 2], [3, 0]], np.int32))
    with pytest.raises(FinetuneError, match="have a text in common"):
        star.draw(64, np.random.default_rng(0))
