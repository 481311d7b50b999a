"""The encoders in use: their vectors are kept up to date, whatever the settings name.

The serving model answers with the vectors of its encoder, so that is the first of them. While one
encoder follows another (`embed.switch`), and until the earlier one is dropped, both are in use.
"""

import logging
from dataclasses import dataclass, replace

from psycopg.rows import args_row

from alsolike.database import connect, query
from alsolike.errors import EncoderError
from alsolike.settings import DEFAULT_ENCODER, Settings
from embed.encoder import Encoder, SentenceEncoder, load_encoder

logger = logging.getLogger("alsolike.embed")


@dataclass(frozen=True, slots=True)
class KnownEncoder:
    """An encoder in use, as `recs.encoders` describes it."""

    encoder_id: int
    name: str
    revision: str
    sha256: str
    document_prompt: str
    query_prompt: str
    pooling: str | None
    dimension: int
    is_serving: bool

    def is_same(self, encoder: Encoder) -> bool:
        """Tell whether its vectors can be compared with those of an encoder."""
        return (
            self.sha256 == encoder.sha256
            and (self.document_prompt, self.query_prompt) == encoder.prompts
            and self.dimension == encoder.dimension
            and self.pooling in {None, encoder.pooling}
        )

    def load(self, settings: Settings) -> SentenceEncoder:
        """Load it from where it was found when it was registered.

        Raises
        ------
        EncoderError
            It is not there any more, or is another one now.
        """
        encoder = load_encoder(
            replace(
                settings,
                encoder=self.name,
                encoder_revision=self.revision,
                encoder_sha256=self.sha256,
                document_prompt=self.document_prompt,
                query_prompt=self.query_prompt,
                encoder_dimension=self.dimension,
            )
        )
        if not self.is_same(encoder):
            message = (
                f"The encoder {self.name} now has the pooling {encoder.pooling}; its vectors were "
                f"made with {self.pooling}."
            )
            raise EncoderError(message)
        return encoder


def known_encoders() -> list[KnownEncoder]:
    """Return the encoders in use, the serving model's first; empty for a new shop."""
    with connect() as connection, connection.cursor(row_factory=args_row(KnownEncoder)) as cursor:
        known = cursor.execute(query("embed/encoders_in_use")).fetchall()
    return known if known and known[0].is_serving else []


def encoders_in_use(settings: Settings) -> list[Encoder]:
    """Load the encoders in use, the serving model's first; that of the settings for a new shop.

    The settings' encoder is taken for one of them where it is the same, so that the files may have
    moved. Another one that cannot be loaded is left out, with a line in the log.

    Raises
    ------
    EncoderError
        The serving model's encoder cannot be loaded.
    """
    known = known_encoders()
    if not known:
        return [load_encoder(settings)]
    given = load_encoder(settings) if is_encoder_given(settings) else None
    encoders: list[Encoder] = []
    for row in known:
        if given is not None and row.is_same(given):
            encoders.append(given)
            continue
        try:
            encoders.append(row.load(settings))
        except EncoderError as error:
            if row.is_serving:
                message = (
                    f"The serving model's encoder cannot be used: {error} Bring its files back, or "
                    "let another one follow it: alsolike switch-encoder."
                )
                raise EncoderError(message) from error
            logger.warning("An encoder that does not serve is not kept up to date: %s", error)
    return encoders


def due_switch(settings: Settings) -> str | None:
    """Return a line where the settings name an encoder that is not in use; None: they do not."""
    known = known_encoders()
    if not known or not is_encoder_given(settings):
        return None
    encoder = load_encoder(settings)
    if any(row.is_same(encoder) for row in known):
        return None
    return (
        f"The settings name the encoder {encoder.name}, but the site answers with {known[0].name} "
        f"or with other prompts or another dimension of it, whose vectors are kept up to date. A "
        f"switch is due: alsolike switch-encoder {encoder.name}"
    )


def is_encoder_given(settings: Settings) -> bool:
    """Tell whether the settings name an encoder, or the default one in another way."""
    return (
        settings.encoder != DEFAULT_ENCODER
        or settings.document_prompt is not None
        or settings.query_prompt is not None
        or settings.encoder_dimension != 0
    )
