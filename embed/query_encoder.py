"""Make the light copy of an encoder that the site turns queries into vectors with.

The encoder is exported to an ONNX graph whose weights are 8-bit whole numbers: a quarter of the
memory, run by onnxruntime instead of torch, and its vectors are all but the encoder's own. How far
that is true is measured each time, and a copy that strays is not kept.
"""

import logging
import tempfile
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from alsolike.database import connect, query, register_vectors
from alsolike.product_vectors import TEXT_PARTS
from alsolike.progress import Report
from alsolike.query_encoder import (
    FILES,
    MODEL_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    QueryEncoder,
    QueryEncoderError,
    fingerprint_of,
)
from embed.encoder import Encoder, SentenceEncoder

logger = logging.getLogger("alsolike.embed")

# Changes when what is below would make other files.
RECIPE = "onnx-int8-1"
# Mean cosine to the encoder's own vectors that a copy must reach.
_LEAST_AGREEMENT = 0.97
_SAMPLE = 100
_SAMPLED_VECTORS = 5000
_NOISE = 200
# A single product may chance to look like noise, as invented brands do; ten hardly do.
_NOISE_RANK = 10
# Tokens of a query; longer ones are cut. It bounds the time that encoding one takes.
_MOST_TOKENS = 64
_PIECE_BYTES = 1_000_000
_EXAMPLE = "a few words, so that no length is taken for a constant"


def ensure_query_encoder(encoder: Encoder, encoder_id: int, *, report: Report) -> str | None:
    """Make the light copy unless this recipe made, or tried, it before; keep it in the database.

    One process at a time: the caller sees to it. A copy that cannot be made is no error: it is
    logged and kept with its reason, and search goes by the words alone.

    Parameters
    ----------
    encoder : Encoder
        Only a `SentenceEncoder` has something to export.
    encoder_id : int
        Its row in `recs.encoders`.

    Returns
    -------
    str or None
        Why there is no copy; None where there is one, or nothing to make it of.
    """
    if not isinstance(encoder, SentenceEncoder):
        return None
    with connect() as connection:
        made = connection.execute(
            "select from recs.query_encoders where encoder_id = %s and recipe = %s",
            (encoder_id, RECIPE),
        ).fetchone()
        texts = _sample_texts(encoder_id, connection)
    if made is not None or not texts:
        return None
    row: dict[str, Any] = {
        "encoder_id": encoder_id,
        "recipe": RECIPE,
        "fingerprint": None,
        "prefix": "",
        "agreement": None,
        "least_similarity": None,
        "failure": None,
    }
    report("query encoder", 0, 1)
    with tempfile.TemporaryDirectory(prefix="alsolike-") as name:
        folder = Path(name)
        try:
            row.update(_make(encoder.loaded(), encoder_id, folder, texts))
        except QueryEncoderError as error:
            row["failure"] = str(error)
            logger.warning("Searches go by words alone for %s: %s", encoder.name, error)
        _write(row, folder)
    report("query encoder", 1, 1)
    return row["failure"]


def _make(model: Any, encoder_id: int, folder: Path, texts: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401
    """Write the files into a folder and measure them; what is to be kept of it."""
    prefix = _prefix(model)
    try:
        with _silenced():
            _export(model, folder)
        _keep_tokenizer(model, folder)
    # What the exporters raise for a model that they do not know is one of many.
    except Exception as error:
        cause = error.__cause__ or error
        reason = next(iter(str(cause).splitlines()), "")
        message = f"It cannot be exported: {type(cause).__name__}: {reason}"
        raise QueryEncoderError(message) from error
    copy = QueryEncoder(folder, encoder_id=encoder_id, fingerprint="", prefix=prefix)
    wanted = np.asarray(
        model.encode(
            list(texts), prompt=prefix, normalize_embeddings=True, show_progress_bar=False
        ),
        dtype=np.float32,
    )
    got = np.stack([copy.encode(text) for text in texts])
    if got.shape != wanted.shape:
        message = f"Its copy gives vectors of shape {got.shape[1:]}, not {wanted.shape[1:]}."
        raise QueryEncoderError(message)
    agreement = float((got * wanted).sum(axis=1).mean())
    if not agreement >= _LEAST_AGREEMENT:
        message = (
            f"Its copy strays: the mean cosine to its own vectors is {agreement:.3f}, at least "
            f"{_LEAST_AGREEMENT} is needed."
        )
        raise QueryEncoderError(message)
    return {
        "fingerprint": fingerprint_of(folder, prefix),
        "prefix": prefix,
        "agreement": min(1.0, agreement),
        "least_similarity": _least_similarity(copy, encoder_id),
    }


def _export(model: Any, folder: Path) -> None:  # noqa: ANN401
    """Write the graph with 8-bit weights, the weights in a file of their own to be mapped."""
    torch: Any = import_module("torch")
    onnx: Any = import_module("onnx")
    quantization: Any = import_module("onnxruntime.quantization")
    shapes: Any = import_module("onnxruntime.quantization.shape_inference")
    features: dict[str, Any] = model.preprocess([_EXAMPLE])
    names = [
        name
        for name in ("input_ids", "attention_mask", "token_type_ids")
        if isinstance(features.get(name), torch.Tensor)
    ]
    length = torch.export.Dim("length", min=1, max=_most_tokens(model))
    torch.onnx.export(
        _vectors_of(torch, model, names),
        tuple(features[name] for name in names),
        str(folder / "full.onnx"),
        input_names=names,
        output_names=["vectors"],
        dynamic_shapes=(tuple({1: length} for _ in names),),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    shapes.quant_pre_process(folder / "full.onnx", folder / "ready.onnx", skip_symbolic_shape=True)
    # Seven bits: where a processor has no instruction for the full eight, sums would overflow.
    quantization.quantize_dynamic(
        folder / "ready.onnx",
        folder / "small.onnx",
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    onnx.save_model(
        onnx.load(str(folder / "small.onnx")),
        str(folder / MODEL_FILE),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS_FILE,
    )
    # Weights of a few bytes stay in the graph: where all are small there is no file of theirs.
    (folder / WEIGHTS_FILE).touch()


def _vectors_of(torch: Any, model: Any, names: Sequence[str]) -> Any:  # noqa: ANN401
    """Wrap the model so that it takes tensors and gives the vectors."""

    class Vectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()  # pyright: ignore[reportUnknownMemberType]
            self.model = model

        def forward(self, *tensors: Any) -> Any:  # noqa: ANN401
            return self.model(dict(zip(names, tensors, strict=True)))["sentence_embedding"]

    return Vectors().eval()


def _keep_tokenizer(model: Any, folder: Path) -> None:  # noqa: ANN401
    """Write the tokenizer so that it gives one query at a time, unpadded and cut."""
    tokenizers: Any = import_module("tokenizers")
    fast = tokenizers.Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    fast.no_padding()
    fast.enable_truncation(_most_tokens(model))
    fast.save(str(folder / TOKENIZER_FILE))


def _most_tokens(model: Any) -> int:  # noqa: ANN401
    return min(_MOST_TOKENS, int(model.max_seq_length or _MOST_TOKENS))


def _prefix(model: Any) -> str:  # noqa: ANN401
    """Return what the encoder wants before a query: its prompt for queries, or for everything."""
    prompts: dict[str, str] = model.prompts or {}
    return prompts.get("query") or prompts.get(model.default_prompt_name or "") or ""


def _sample_texts(encoder_id: int, connection: Any) -> list[str]:  # noqa: ANN401
    """Return texts such as people type: the first one to six words of products' names."""
    rows = connection.execute(
        query("embed/query_encoder_sample_texts"), {"encoder_id": encoder_id, "row_count": _SAMPLE}
    ).fetchall()
    return [" ".join(str(row[0]).split()[: 1 + n % 6]) for n, row in enumerate(rows)]


def _least_similarity(copy: QueryEncoder, encoder_id: int) -> float:
    """Return what noise reaches: the median cosine of random letters to their tenth product."""
    with connect() as connection:
        register_vectors(connection)
        rows = connection.execute(
            query("embed/query_encoder_sample_vectors"),
            {
                "encoder_id": encoder_id,
                "parts": list(TEXT_PARTS),
                "row_count": _SAMPLED_VECTORS,
            },
        ).fetchall()
    products = np.stack([row[0].to_numpy() for row in rows])
    noise = np.stack([copy.encode(text) for text in _noise()])
    rank = min(_NOISE_RANK, len(products))
    tenth = np.sort(noise @ products.T, axis=1)[:, -rank]
    return float(np.clip(np.median(tenth), -1, 1))


def _noise() -> Generator[str]:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    for number in range(_NOISE):
        yield " ".join(
            "".join(rng.choice(letters, size=rng.integers(3, 10))) for _ in range(1 + number % 3)
        )


def _write(row: dict[str, Any], folder: Path) -> None:
    """Replace what is kept for the encoder, in one transaction."""
    encoder_id = row["encoder_id"]
    with connect() as connection:
        connection.execute("delete from recs.query_encoders where encoder_id = %s", (encoder_id,))
        connection.execute(query("embed/write_query_encoder"), row)
        if row["failure"] is not None:
            return
        for name in FILES:
            with (folder / name).open("rb") as file:
                position = 0
                while content := file.read(_PIECE_BYTES):
                    connection.execute(
                        "insert into recs.query_encoder_files"
                        " (encoder_id, name, position, content) values (%s, %s, %s, %s)",
                        (encoder_id, name, position, content),
                    )
                    position += 1


@contextmanager
def _silenced() -> Generator[None]:
    """Keep the exporters' remarks about packages that are not needed to themselves."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter.setLevel(level)
