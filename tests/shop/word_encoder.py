"""A query encoder that knows a few words, each with a vector: real files, no training."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from alsolike.query_encoder import FILES, MODEL_FILE, TOKENIZER_FILE, WEIGHTS_FILE, fingerprint_of
from tests.shop.database import add_rows, run

UNKNOWN = "[UNK]"


def add_word_encoder(words: Mapping[str, NDArray[np.float32]], least_similarity: float) -> None:
    """Give the only encoder a light copy: a query is the mean of its words, others are far away.

    Parameters
    ----------
    words : Mapping
        Vectors of lower-case words, shape (dimension,), float32.
    least_similarity : float
        What is less near to a query is noise.
    """
    vocabulary = {UNKNOWN: 0, **{word: number for number, word in enumerate(words, 1)}}
    vectors = np.stack(list(words.values()))
    # Of a zero there is no direction, and the site tries its encoder with words of its own.
    table = np.vstack([-vectors.sum(axis=0, keepdims=True), vectors]).astype(np.float32)
    with TemporaryDirectory() as name:
        folder = Path(name)
        onnx.save(_mean_of_rows(table), folder / MODEL_FILE)
        (folder / WEIGHTS_FILE).write_bytes(b"none")
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = Whitespace()
        tokenizer.save(str(folder / TOKENIZER_FILE))
        run(
            "insert into recs.query_encoders "
            "(encoder_id, recipe, fingerprint, agreement, least_similarity) "
            "select e.encoder_id, 'words', %s, 1, %s from recs.encoders as e",
            (fingerprint_of(folder, ""), least_similarity),
        )
        [(encoder_id,)] = run("select encoder_id from recs.query_encoders")
        add_rows(
            "recs.query_encoder_files",
            (
                {
                    "encoder_id": encoder_id,
                    "name": file_name,
                    "position": 0,
                    "content": (folder / file_name).read_bytes(),
                }
                for file_name in FILES
            ),
        )


def _mean_of_rows(table: NDArray[np.float32]) -> onnx.ModelProto:
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
            helper.make_node("ReduceMean", ["rows", "axes"], ["mean"], keepdims=0),
        ],
        "words",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "words"])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, table.shape[1]])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], np.int64), "axes"),
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8, producer_name="alsolike"
    )
