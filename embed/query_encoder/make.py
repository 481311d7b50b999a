"""Make an encoder's light copy once, and keep it in the database or say why there is none."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from alsolike.database import connect, query
from alsolike.progress import Report
from alsolike.query_encoder import FILES, QueryEncoder, QueryEncoderError, fingerprint_of
from embed.encoder import Encoder, SentenceEncoder
from embed.query_encoder.export import export_files
from embed.query_encoder.quality import (
    agreement_of,
    noise,
    noise_letters,
    noise_similarity,
    sample_texts,
)

logger = logging.getLogger("alsolike.embed")

# To be changed together with the export or with what is measured: every copy is then made anew.
RECIPE = "onnx-int8-2"
# Mean cosine to the encoder's own vectors.
_LEAST_AGREEMENT = 0.97
_PIECE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Copy:
    """A row of `recs.query_encoders`, without its encoder and recipe."""

    prefix: str = ""
    fingerprint: str | None = None
    agreement: float | None = None
    least_similarity: float | None = None
    least_letters: float = 0.0
    failure: str | None = None


def ensure_query_encoder(encoder: Encoder, encoder_id: int, *, report: Report) -> None:
    """Make the light copy, unless this recipe made or tried it before; keep it in the database.

    One process at a time: the caller sees to it. A copy that cannot be made is no error: the reason
    is logged and kept, and searches use words only. Only a `SentenceEncoder` can be exported.
    """
    if not isinstance(encoder, SentenceEncoder) or _is_made(encoder_id):
        return
    texts = sample_texts(encoder_id)
    if not texts:
        return
    report("query encoder", 0, 1)
    with tempfile.TemporaryDirectory(prefix="alsolike-") as name:
        folder = Path(name)
        try:
            copy = _make(encoder, encoder_id, folder, texts)
        except QueryEncoderError as error:
            copy = _Copy(failure=str(error))
            logger.warning("Searches go by words alone for %s: %s", encoder.name, error)
        _write(copy, encoder_id, folder)
    report("query encoder", 1, 1)


def _is_made(encoder_id: int) -> bool:
    with connect() as connection:
        row = connection.execute(
            "select from recs.query_encoders where encoder_id = %s and recipe = %s",
            (encoder_id, RECIPE),
        ).fetchone()
    return row is not None


def _make(encoder: SentenceEncoder, encoder_id: int, folder: Path, texts: Sequence[str]) -> _Copy:
    """Write the files into a folder and measure how good they are."""
    prefix = encoder.prompts.query
    export_files(encoder, folder)
    copy = QueryEncoder(folder, encoder_id=encoder_id, fingerprint="", prefix=prefix)
    agreement = agreement_of(copy, encoder, texts)
    # Not `<`: a copy whose vectors are not finite is refused too.
    if not agreement >= _LEAST_AGREEMENT:
        message = (
            f"Its copy strays: the mean cosine to its own vectors is {agreement:.3f}, at least "
            f"{_LEAST_AGREEMENT} is needed."
        )
        raise QueryEncoderError(message)
    nonsense = noise(texts)
    return _Copy(
        prefix=prefix,
        fingerprint=fingerprint_of(folder, prefix),
        agreement=agreement,
        least_similarity=noise_similarity(copy, nonsense),
        least_letters=noise_letters(copy, nonsense),
    )


def _write(copy: _Copy, encoder_id: int, folder: Path) -> None:
    """Replace what is kept for the encoder, in one transaction."""
    row = {**asdict(copy), "encoder_id": encoder_id, "recipe": RECIPE}
    with connect() as connection:
        connection.execute("delete from recs.query_encoders where encoder_id = %s", (encoder_id,))
        connection.execute(query("embed/query_encoder/write_query_encoder"), row)
        if copy.failure is not None:
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
