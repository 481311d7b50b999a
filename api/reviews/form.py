"""What somebody typed into the form of a review, and what is wrong with it."""

import re
from collections.abc import Mapping

from msgspec import Struct

from alsolike.shop_texts import NOTHING
from api.languages.translate import gettext as _
from api.reviews.store import ReviewText

# As `POST /v1/events` takes them.
MOST_TITLE = 500
MOST_BODY = 20_000
STARS = (1, 2, 3, 4, 5)

_LINE_ENDS = re.compile(r"\r\n?")
# Control characters but tabs and line ends, and halves of surrogate pairs: no text holds them.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class ReviewForm(Struct, frozen=True, kw_only=True):
    """The form as it is shown.

    Attributes
    ----------
    rating, title, body : str
        As typed; at first what is there already.
    faults : Mapping
        What is wrong, by the field's name.
    is_known : bool
        Whether there is a review that is changed.
    """

    rating: str = ""
    title: str = ""
    body: str = ""
    faults: Mapping[str, str] = {}
    is_known: bool = False
    stars: tuple[int, ...] = STARS
    most_title: int = MOST_TITLE
    most_body: int = MOST_BODY


def form_of(review: ReviewText | None) -> ReviewForm:
    """Return the form with what is there already."""
    if review is None:
        return ReviewForm()
    return ReviewForm(
        rating=str(review.rating),
        title=review.title or "",
        body=review.body or "",
        is_known=True,
    )


def read_form(given: Mapping[str, object]) -> tuple[ReviewText | None, ReviewForm]:
    """Read what was typed.

    Returns
    -------
    tuple
        The review, None where something is wrong; and the form with what was typed and is wrong.
    """
    typed = {name: _LINE_ENDS.sub("\n", str(given.get(name, ""))) for name in ("title", "body")}
    rating = str(given.get("rating", "")).strip()
    faults = {
        name: fault
        for name, most in (("title", MOST_TITLE), ("body", MOST_BODY))
        if (fault := _fault(typed[name].strip(), most))
    }
    if rating not in map(str, STARS):
        faults["rating"] = _("Choose from 1 to 5 stars.")
    form = ReviewForm(
        rating=rating,
        title=_UNSHOWN.sub("", typed["title"])[: MOST_TITLE * 2],
        body=_UNSHOWN.sub("", typed["body"])[: MOST_BODY * 2],
        faults=faults,
    )
    if faults:
        return None, form
    title = " ".join(typed["title"].split())
    return ReviewText(int(rating), _given(title), _given(typed["body"])), form


def _given(text: str) -> str | None:
    """Return a text without the blanks around it; None for a word that stands for nothing."""
    text = text.strip()
    return None if text in NOTHING else text or None


def _fault(text: str, most: int) -> str | None:
    if len(text) > most:
        return _(
            "This has %(length)s characters, and %(most)s are the most.",
            length=f"{len(text):,}",
            most=f"{most:,}",
        )
    if _UNSHOWN.search(text):
        return _(
            "This text has a character that cannot be shown. Remove it and send the text again."
        )
    return None
