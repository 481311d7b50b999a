"""What the side-by-side benchmark calls right, with the one engine that needs no package."""

from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from litestar.testing import TestClient

from benchmarks.peers import measure
from benchmarks.peers.server import create_app
from benchmarks.peers.shop import Shop, ShopFilter

COUNT = 1500
K = measure.K


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Return products of 500 clusters, three each."""
    generator = np.random.default_rng(3)
    centres = generator.standard_normal((500, 8), dtype=np.float32)
    vectors = centres[np.arange(COUNT) % 500] + 0.3 * generator.standard_normal((COUNT, 8))
    return Shop(
        vectors=(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
        prices=generator.integers(0, 1000, COUNT) / 10,
        categories=(np.arange(COUNT) % 12).astype(np.int16),
        brands=(np.arange(COUNT) % 40).astype(np.int16),
        in_stock=generator.random(COUNT) < 0.9,
    )


@pytest.fixture
def client(shop: Shop, tmp_path: Path) -> Generator[TestClient]:
    """Return a client of the exact engine behind the handler."""
    shop.save(tmp_path)
    with TestClient(create_app("exact", tmp_path)) as client:
        yield client


@pytest.fixture
def answer(client: TestClient) -> Callable[[int, ShopFilter], list[int]]:
    """Return what asks the handler."""

    def ask(number: int, wanted: ShopFilter) -> list[int]:
        response = client.get(measure.peer_path(number, wanted))
        assert response.status_code == 200, response.text
        return measure.numbers_of(response.content)

    return ask


def test_an_exact_search_is_told_to_be_exact_for_every_question(
    shop: Shop, answer: Callable[[int, ShopFilter], list[int]]
) -> None:
    for question in measure.questions(shop).values():
        for number in range(0, COUNT, 211):
            found = answer(number, question(number))
            assert shop.recall(number, question(number), found, K) == (1.0, True)


def test_the_questions_keep_what_their_names_say(shop: Shop) -> None:
    questions = measure.questions(shop)
    shares = {
        name: np.mean([shop.fitting(questions[name](number)).mean() for number in range(24)])
        for name in questions
    }
    assert shares["price: 10 %"] == pytest.approx(0.10, abs=0.03)
    assert shares["price: 1 %"] == pytest.approx(0.01, abs=0.01)
    assert shares["far category: 8 %"] == pytest.approx(1 / 12)
    assert shares["in stock: 90 %"] == pytest.approx(0.9, abs=0.03)
    assert questions["15 excluded"](7).left_out[:2] == (507, 1007)


def test_what_is_missing_lowers_recall_and_is_told(shop: Shop) -> None:
    wanted = ShopFilter(price_max=50.0)
    fits = shop.fitting(wanted)
    fits[0] = False
    near = np.where(fits, shop.vectors @ shop.vectors[0], -2)
    order = np.argsort(-near).tolist()
    assert shop.recall(0, wanted, order[:K], K) == (1.0, True)
    assert shop.recall(0, wanted, order[:5], K) == (0.5, False)
    assert shop.recall(0, wanted, order[:5] + order[200:205], K) == (0.5, True)


def test_an_answer_that_does_not_belong_ends_the_measurement(shop: Shop) -> None:
    dear = int(np.flatnonzero(shop.prices > 50)[0])
    with pytest.raises(ValueError, match="do not belong"):
        shop.recall(0, ShopFilter(price_max=50.0), [dear], K)
    with pytest.raises(ValueError, match="do not belong"):
        shop.recall(0, ShopFilter(), [3, 3], K)
    with pytest.raises(ValueError, match="do not belong"):
        shop.recall(0, ShopFilter(left_out=(3,)), [3], K)


def test_a_change_is_looked_for_in_the_next_answer(
    shop: Shop, client: TestClient, answer: Callable[[int, ShopFilter], list[int]]
) -> None:
    def change(kind: str, *values: float) -> bool:
        path = "/".join(["", kind, *map(str, values)])
        return client.post(path).status_code == 201

    assert measure.changes(shop, answer, change) == dict.fromkeys(
        ("price", "insert", "delete"), "yes"
    )


def test_a_change_that_is_not_made_is_told(
    shop: Shop, answer: Callable[[int, ShopFilter], list[int]]
) -> None:
    kinds = ("price", "insert", "delete")
    assert measure.changes(shop, answer, lambda *_: True) == dict.fromkeys(kinds, "no")
    assert measure.changes(shop, answer, lambda *_: False) == dict.fromkeys(kinds, "cannot")
