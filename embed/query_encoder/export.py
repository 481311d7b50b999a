"""Write an encoder as an ONNX graph with 8-bit weights, and its tokenizer."""

import logging
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from alsolike.query_encoder import MODEL_FILE, TOKENIZER_FILE, WEIGHTS_FILE, QueryEncoderError
from embed.encoder import SentenceEncoder

# Tokens of a query; longer ones are truncated, which limits the time that encoding one takes.
_MOST_TOKENS = 64
# Several words: the exporter takes a length of 1 for a constant.
_EXAMPLE = "a few words, so that no length is taken for a constant"


def export_files(encoder: SentenceEncoder, folder: Path) -> None:
    """Write the files of a query encoder into a folder.

    Raises
    ------
    QueryEncoderError
        The exporters do not support the model.
    """
    model = encoder.loaded()
    try:
        with _silenced():
            write_graph(model, folder, encoder.dimension)
        _write_tokenizer(model, folder)
    # The exporters raise exceptions of many kinds for a model that they do not support.
    except Exception as error:
        cause = error.__cause__ or error
        reason = next(iter(str(cause).splitlines()), "")
        message = f"It cannot be exported: {type(cause).__name__}: {reason}"
        raise QueryEncoderError(message) from error


def write_graph(model: Any, folder: Path, dimension: int) -> None:  # noqa: ANN401  (the library is typed in part only)
    """Write the graph with 8-bit weights, which gives the first numbers of the model's vectors.

    The weights are a file that can be memory-mapped.
    """
    torch: Any = import_module("torch")
    onnx: Any = import_module("onnx")
    quantization: Any = import_module("onnxruntime.quantization")
    features: dict[str, Any] = model.preprocess([_EXAMPLE])
    names = [
        name
        for name in ("input_ids", "attention_mask", "token_type_ids")
        if isinstance(features.get(name), torch.Tensor)
    ]
    length = torch.export.Dim("length", min=1, max=_most_tokens(model))
    torch.onnx.export(
        _vectors_of(torch, model, names, dimension),
        tuple(features[name] for name in names),
        str(folder / "full.onnx"),
        input_names=names,
        output_names=["vectors"],
        dynamic_shapes=(tuple({1: length} for _ in names),),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantization.quant_pre_process(
        folder / "full.onnx", folder / "ready.onnx", skip_symbolic_shape=True
    )
    # 7 bits (reduce_range): sums of 8-bit products overflow on processors without VNNI.
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
    # Small weights stay in the graph; where all of them do, no file is written.
    (folder / WEIGHTS_FILE).touch()


def _vectors_of(torch: Any, model: Any, names: Sequence[str], dimension: int) -> Any:  # noqa: ANN401
    """Wrap the model, so that it takes tensors and returns the vectors."""

    class Vectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()  # pyright: ignore[reportUnknownMemberType]
            self.model = model

        def forward(self, *tensors: Any) -> Any:  # noqa: ANN401
            vectors = self.model(dict(zip(names, tensors, strict=True)))["sentence_embedding"]
            return vectors[:, :dimension]

    return Vectors().eval()


def _write_tokenizer(model: Any, folder: Path) -> None:  # noqa: ANN401
    """Write the tokenizer, set to one query at a time: no padding, truncation."""
    tokenizers: Any = import_module("tokenizers")
    fast = tokenizers.Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    fast.no_padding()
    fast.enable_truncation(_most_tokens(model))
    fast.save(str(folder / TOKENIZER_FILE))


def _most_tokens(model: Any) -> int:  # noqa: ANN401
    return min(_MOST_TOKENS, int(model.max_seq_length or _MOST_TOKENS))


@contextmanager
def _silenced() -> Generator[None]:
    """Silence the exporters' remarks about packages that are not needed."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter.setLevel(level)
