"""Embedding in the foreground: what is stale, what fails, what is averaged."""

from itertools import groupby

import numpy as np
import pytest

from alsolike.database import connect
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.claim import NoDocumentsError, claim_documents
from embed.run import EmbedSummary, embed_all
from embed.target import register_encoder
from embed.tasks import queue_stale_documents
from tests.fixtures.encoder import HashEncoder, WordsEncoder
from tests.shop.catalogue import add_products, change_text
from tests.shop.database import run
from tests.shop.marts import make_marts
from tests.shop.shoppers import add_interaction

pytestmark = pytest.mark.usefixtures("database")


def embed(settings: Settings, encoder: HashEncoder) -> EmbedSummary:
    return embed_all(settings, report=ignore_progress, encoder=encoder)


def vector(statement: str, *parameters: object) -> np.ndarray:
    return run(statement, parameters)[0][0].to_numpy().astype(np.float32)


def part(product_id: str, name: str) -> np.ndarray:
    return vector(
        "select embedding from recs.embeddings where product_id = %s and part = %s",
        product_id,
        name,
    )


def unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values)


def test_without_documents_it_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(NoDocumentsError, match="alsolike transform"):
        embed(settings, HashEncoder())


def test_every_part_is_embedded_once_and_a_second_run_does_nothing(settings: Settings) -> None:
    make_marts()
    add_products(*[f"title {number}" for number in range(150)])
    encoder = HashEncoder()
    summary = embed(settings, encoder)
    assert (summary.encoded, summary.unchanged, summary.failed) == (300, 0, 0)
    assert (summary.vectors, summary.actions, summary.index_built) == (150, 0, True)
    assert set(encoder.encodings.values()) == {1}
    before = run("select * from recs.embeddings order by 2, 3")
    assert run("select name from recs.models join recs.serving_model using (model_id)") == [
        ("average",)
    ]
    again = embed(settings, encoder)
    assert (again.encoded, again.unchanged, again.index_built) == (0, 300, False)
    assert str(run("select * from recs.embeddings order by 2, 3")) == str(before)
    assert run("select count(*) from ops.procrastinate_jobs") == [(0,)]
    assert again.as_dict()["vectors"] == 150


def test_only_a_changed_text_is_encoded_again(settings: Settings) -> None:
    make_marts()
    first, second = add_products("red mug", "blue mug")
    encoder = HashEncoder()
    embed(settings, encoder)
    kept = run("select updated_at from recs.product_vectors where product_id = %s", (second,))
    change_text(first, "name", "green mug")
    assert embed(settings, encoder).encoded == 1
    assert encoder.encodings["green mug"] == 1
    assert encoder.encodings["blue mug"] == 1
    assert (
        run("select updated_at from recs.product_vectors where product_id = %s", (second,)) == kept
    )


def test_vectors_know_the_category_of_their_product(settings: Settings) -> None:
    make_marts()
    first, second, third = add_products("red mug", "blue mug", "green mug")
    run("update raw.products set category = 'B' where product_id = %s", (first,))
    run("update raw.products set category = 'A' where product_id = %s", (second,))
    embed(settings, HashEncoder())
    told = "select product_id, category from recs.product_vectors"
    assert dict(run(told)) == {first: "B", second: "A", third: None}
    run("update raw.products set category = 'C' where product_id = %s", (second,))
    run("update raw.products set category = null where product_id = %s", (first,))
    assert embed(settings, HashEncoder()).encoded == 0
    assert dict(run(told)) == {first: None, second: "C", third: None}


def test_vectors_of_a_category_lie_together_and_the_first_are_of_all_categories(
    settings: Settings,
) -> None:
    make_marts()
    ids = add_products(*(f"mug {number}" for number in range(400)))
    run(
        "update raw.products set category = 'C' || ascii(right(product_id, 1)) %% 5 "
        "where product_id = any(%s)",
        (ids,),
    )
    embed(settings, HashEncoder())
    stored = [category for (category,) in run("select category from recs.product_vectors")]
    assert len(stored) == 400
    # What reads a category reads a few stretches of the table, not every page of it …
    stretches = [category for category, _ in groupby(stored)]
    assert len(stretches) < len(stored) / 4
    # … and an index that is built in this order begins with a sample of everything.
    assert len(set(stored[: len(stored) // 8])) == 5


def test_a_text_that_cannot_be_embedded_fails_alone_and_is_retried(settings: Settings) -> None:
    make_marts()
    ids = add_products("good", "bad", "also good")
    change_text(ids[2], "name", "  ")
    encoder = HashEncoder()
    encoder.refused.add("bad")
    summary = embed(settings, encoder)
    assert (summary.encoded, summary.failed, summary.vectors) == (4, 2, 3)
    failures = "select product_id, reason, attempts from ops.embedding_failures order by 1"
    assert run(failures) == [
        (ids[1], "ValueError: cannot encode 'bad'", 1),
        (ids[2], "The text is empty.", 1),
    ]
    # Before its time it is left alone.
    assert embed(settings, encoder).failed == 2
    assert run(failures)[0][2] == 1
    run("update ops.embedding_failures set retry_at = now()")
    embed(settings, encoder)
    assert run("select attempts, retry_at > now() + '1.9 minutes' from ops.embedding_failures") == [
        (2, True),
        (2, True),
    ]
    encoder.refused.clear()
    change_text(ids[2], "name", "at last")
    run("update ops.embedding_failures set retry_at = now()")
    assert embed(settings, encoder).failed == 0
    assert run(failures) == []


def test_a_vector_that_is_no_direction_is_a_failure(settings: Settings) -> None:
    class Broken(HashEncoder):
        def encode(self, texts: object) -> np.ndarray:
            vectors = super().encode(texts)  # type: ignore[arg-type]
            vectors[[text == "nothing" for text in texts]] = 0  # type: ignore[attr-defined]
            vectors[[text == "nan" for text in texts]] = np.nan  # type: ignore[attr-defined]
            return vectors

    make_marts()
    add_products("nothing", "nan", "fine")
    assert embed(settings, Broken()).failed == 2
    reasons = run("select reason from ops.embedding_failures order by product_id")
    assert ["length zero" in reasons[0][0], "not finite" in reasons[1][0]] == [True, True]


def test_departed_products_and_texts_take_their_vectors_with_them(settings: Settings) -> None:
    make_marts()
    first, second = add_products("one", "two")
    embed(settings, HashEncoder())
    run("delete from marts.product_documents where product_id = %s", (first,))
    run("delete from raw.products where product_id = %s", (first,))
    run("delete from marts.product_documents where product_id = %s and part = 'details'", (second,))
    assert embed(settings, HashEncoder()).vectors == 1
    assert run("select product_id, part from recs.embeddings") == [(second, "name")]
    assert np.allclose(
        vector("select embedding from recs.product_vectors"), part(second, "name"), atol=1e-3
    )


def test_actions_are_the_mean_of_shoppers_who_are_the_mean_of_texts(settings: Settings) -> None:
    make_marts()
    ids = add_products("red mug", "blue mug", "lawn mower", "unseen")
    add_interaction("s1", ids[0], 3.0)
    add_interaction("s1", ids[1], 1.0)
    add_interaction("s2", ids[1], 0.5)
    add_interaction("s2", ids[2], 2.0)
    summary = embed(settings, WordsEncoder())
    assert (summary.actions, summary.vectors) == (3, 4)
    text = {i: unit(part(i, "name") + part(i, "details")) for i in ids}
    s1 = unit(3 * text[ids[0]] + text[ids[1]])
    s2 = unit(0.5 * text[ids[1]] + 2 * text[ids[2]])
    expected = {ids[0]: s1, ids[1]: unit(s1 + 0.5 * s2), ids[2]: s2}
    for product_id, wanted in expected.items():
        assert np.allclose(part(product_id, "actions"), wanted, atol=2e-3)
    average = vector("select embedding from recs.product_vectors where product_id = %s", ids[1])
    mean = part(ids[1], "name") + part(ids[1], "details") + part(ids[1], "actions")
    assert np.allclose(average, unit(mean), atol=2e-3)
    assert run("select to_regclass('shopper_vectors')") == [(None,)]


def test_what_is_decades_old_weighs_little_and_ends_nothing(settings: Settings) -> None:
    make_marts()
    ids = add_products("red mug", "blue mug", "lawn mower")
    add_interaction("s1", ids[0], 1.0)
    # As the marts weigh what is 150 and more half-lives old.
    add_interaction("s1", ids[1], 0.5**150)
    add_interaction("s2", ids[2], 0.5**300)
    assert embed(settings, WordsEncoder()).actions == 3
    text = {i: unit(part(i, "name") + part(i, "details")) for i in ids}
    assert np.allclose(part(ids[0], "actions"), text[ids[0]], atol=2e-3)
    assert np.allclose(part(ids[2], "actions"), text[ids[2]], atol=2e-3)


def test_unchanged_actions_are_not_written_and_departed_ones_go(settings: Settings) -> None:
    make_marts()
    ids = add_products("red mug", "blue mug")
    add_interaction("s1", ids[0])
    add_interaction("s1", ids[1])
    add_interaction("s2", ids[1])
    embed(settings, WordsEncoder())
    before = run("select product_id, embedded_at, content_hash from recs.embeddings order by 1, 2")
    # Weights that fade together change no direction.
    run("update marts.shopper_interactions set weight = weight * 0.97")
    embed(settings, WordsEncoder())
    now = run("select product_id, embedded_at, content_hash from recs.embeddings order by 1, 2")
    assert now == before
    run("delete from marts.shopper_interactions where visitor_id = 'shopper:s1'")
    assert embed(settings, WordsEncoder()).actions == 1
    assert run("select product_id from recs.embeddings where part = 'actions'") == [(ids[1],)]


def test_another_encoder_gets_a_model_of_its_own(settings: Settings) -> None:
    make_marts()
    add_products("one", "two")
    embed(settings, HashEncoder(16, "old"))
    newer = HashEncoder(24, "new")
    summary = embed(settings, newer)
    assert (summary.encoded, summary.vectors) == (4, 2)
    assert run("select name, dimension from recs.models order by model_id") == [
        ("average", 16),
        (f"average@{newer.sha256[:8]}", 24),
    ]
    assert run("select name from recs.models join recs.serving_model using (model_id)") == [
        ("average",)
    ]
    assert embed(settings, newer).encoded == 0


def test_a_document_that_another_worker_holds_is_left_to_it() -> None:
    make_marts()
    ids = add_products("one", "two")
    target = register_encoder(HashEncoder())
    keys = [(ids[0], "name"), (ids[1], "name")]
    with connect(autocommit=True) as mine, connect(autocommit=True) as other:
        assert len(claim_documents(mine, target.encoder_id, keys[:1], is_patient=False)) == 1
        claimed = claim_documents(other, target.encoder_id, keys, is_patient=False)
        assert [document.product_id for document in claimed] == [ids[1]]
    with connect(autocommit=True) as later:
        assert len(claim_documents(later, target.encoder_id, keys, is_patient=True)) == 2


def test_what_a_dead_worker_left_in_the_queue_is_replaced(settings: Settings) -> None:
    make_marts()
    add_products("one", "two", "three")
    encoder = HashEncoder()
    target = register_encoder(encoder)
    assert queue_stale_documents(target.encoder_id, 2) == 6
    assert queue_stale_documents(target.encoder_id, 2) == 6
    assert run("select count(*) from ops.procrastinate_jobs") == [(3,)]
    with connect() as connection:
        connection.execute("set local search_path = ops, public")
        # Taken by a worker that is no more.
        connection.execute(
            "update procrastinate_jobs set status = 'doing' "
            "where id = (select min(id) from procrastinate_jobs)"
        )
    assert embed(settings, encoder).encoded == 6
    assert set(encoder.encodings.values()) == {1}
    assert run("select count(*) from ops.procrastinate_jobs") == [(0,)]
