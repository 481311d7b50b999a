"""Whether an encoder was made for the catalogue's texts: measured with its own tokenizer."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from alsolike.database import connect, query
from alsolike.requirements import Finding
from alsolike.settings import Settings
from embed.encoder import SentenceEncoder, load_encoder
from embed.in_use import encoders_in_use
from embed.model_files import CARD

_TEXTS = 500
# Of the letters of the sample: a few foreign words are no reason for another encoder.
_LEAST_SHARE = 0.1
# An alphabet that the tokenizer knows letters of alone has about one letter in each piece.
_LEAST_LETTERS = 1.5
# Words of a language that the tokenizer was made for have four letters and more in each piece,
# those of another one with the same alphabet about two and a half.
_LETTERS_OF_OWN_LANGUAGE = 3.5
# Of texts that are said to be in a language of the encoder, where brands and codes may be many.
_LETTERS_OF_ANOTHER_LANGUAGE = 3.0
_MOST_UNKNOWN = 0.1
# Scripts of which a letter is often a word, or a syllable: one in each piece is normal.
_DENSE = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR"}
_NAMED = (
    "intfloat/multilingual-e5-small, sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
)


@dataclass(slots=True)
class Measure:
    """What a tokenizer makes of some letters."""

    letters: int = 0
    pieces: int = 0
    unknown: int = 0

    @property
    def letters_per_piece(self) -> float:
        """Return the letters of each piece."""
        return self.letters / max(self.pieces, 1)

    @property
    def unknown_share(self) -> float:
        """Return the share of pieces that the tokenizer does not know, from 0 to 1."""
        return self.unknown / max(self.pieces, 1)

    def as_text(self) -> str:
        """Return it for people."""
        return f"{self.letters_per_piece:.1f} letters per token, {self.unknown_share:.0%} unknown"


def check_encoder(settings: Settings) -> Iterator[Finding]:
    """Tell where the catalogue has scripts or languages that its encoder was not made for.

    Nothing is told of a catalogue without products, or an encoder without a fast tokenizer.
    """
    with connect() as connection:
        rows = connection.execute(query("embed/catalogue_texts"), {"row_count": _TEXTS}).fetchall()
    encoder = encoders_in_use(settings)[0] if rows else load_encoder(settings)
    assert isinstance(encoder, SentenceEncoder)  # noqa: S101  (loaded from files)
    file = encoder.folder / "tokenizer.json"
    if not rows or not file.is_file():
        return
    tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    by_script = measure(tokenizer, [text for _, text in rows])
    total = sum(one.letters for one in by_script.values())
    faults = [
        f"{share:.0%} of the letters are {script.capitalize()} ({one.as_text()})"
        for script, one in by_script.items()
        if (share := one.letters / total) >= _LEAST_SHARE and not _is_known(script, one)
    ]
    languages = card_languages(encoder.folder)
    counts = Counter(str(language).split("-")[0].lower() for language, _ in rows if language)
    for language, count in counts.items():
        if count < _LEAST_SHARE * len(rows) or not languages:
            continue
        one = measure(tokenizer, [t for of, t in rows if of and of.lower().startswith(language)])
        latin = one.get("LATIN")
        if latin is None:
            continue
        share = f"{count / len(rows):.0%} of the texts"
        if language not in languages and latin.letters_per_piece < _LETTERS_OF_OWN_LANGUAGE:
            faults.append(
                f"{share} are in the language {language}, which its model card does not name "
                f"({latin.as_text()})"
            )
        elif language in languages and latin.letters_per_piece < _LETTERS_OF_ANOTHER_LANGUAGE:
            faults.append(
                f"{share} count as {language}, but read like another language "
                f"({latin.as_text()}): set ALSOLIKE_LANGUAGE and run `alsolike migrate`, or give "
                "products a language"
            )
    if faults:
        yield Finding(
            "warning",
            f"The encoder {encoder.name} was not made for these texts: {'; '.join(faults)}. Two "
            f"that know many languages: {_NAMED} (alsolike switch-encoder).",
        )
    else:
        yield Finding("ok", f"The encoder {encoder.name} knows the letters of the products' texts.")


def measure(tokenizer: Any, texts: Sequence[str]) -> dict[str, Measure]:  # noqa: ANN401
    """Count letters, pieces and unknown pieces of texts by script, as `LATIN` or `CYRILLIC`.

    Words are measured one by one, each as its first letter's script.
    """
    unknown_id = tokenizer.token_to_id(str(tokenizer.model.unk_token or "[UNK]"))
    found: dict[str, Measure] = {}
    for word in re.findall(r"[^\W\d_]+", " ".join(texts)):
        script = unicodedata.name(word[0], "UNKNOWN").split()[0]
        encoding = tokenizer.encode(word, add_special_tokens=False)
        one = found.setdefault(script, Measure())
        one.letters += len(word)
        one.pieces += len(encoding.ids)
        one.unknown += encoding.ids.count(unknown_id)
    return found


def card_languages(folder: Path) -> set[str]:
    """Return the languages that a model card names; empty: none, or any (`multilingual`)."""
    try:
        text = (folder / CARD).read_text(encoding="utf-8")
    except OSError:
        return set()
    head = re.match(r"---\n(.*?)\n---", text, re.DOTALL)
    named = re.search(r"^languages?:(.*(?:\n *- .*)*)", head[1], re.MULTILINE) if head else None
    languages = set(re.findall(r"[a-z]{2,}", named[1].lower())) if named else set[str]()
    return set() if "multilingual" in languages else languages


def _is_known(script: str, one: Measure) -> bool:
    if one.unknown_share > _MOST_UNKNOWN:
        return False
    return script in _DENSE or one.letters_per_piece >= _LEAST_LETTERS
