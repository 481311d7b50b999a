"""Ids as callers write them: trimmed as the loader trims them; placeholders are no ids."""

import re
import unicodedata
from collections.abc import Sequence

from api.problems.errors import InvalidFieldError

# Characters; in any script they fit into an index entry of Postgres.
_LONGEST = 500
# What shops write where an order has no account, in lower case without the signs between its
# parts. The loader's statements have the same rule (migrations/functions/04_is_nobody.sql); tests
# compare them.
NOBODY = frozenset(
    {
        "anon", "anonimo", "anonym", "anonyme", "anonymer", "anonymous", "anonymouscustomer",
        "anonymoususer", "anónimo", "besucher", "convidado", "deleted", "deleteduser",
        "desconocido", "direct", "false", "gast", "gastbestellung", "gastkonto", "gastkunde",
        "gościnny", "gość", "guest", "guestaccount", "guestcheckout", "guestcustomer",
        "guestorder", "guests", "guestshopper", "guestuser", "gäste", "inconnu", "invitado",
        "invité", "invitée", "keinkonto", "keinkunde", "na", "nan", "nil", "noaccount", "nobody",
        "nocustomer", "none", "notapplicable", "notloggedin", "notset", "nouser", "null",
        "ohnekonto", "ospite", "sconosciuto", "unbekannt", "undefined", "unknown", "visitante",
        "visiteur", "visitor", "walkin", "walkincustomer", "аноним", "гость", "неизвестно",
    }
)  # fmt: skip
_ADDRESS = re.compile(r"(guest|anonymous|none|null|nobody|no-?reply|unknown|undefined)@")
_NEGATIVE = re.compile(r"-[0-9]+([.]0+)?")
_SIGNS = re.compile(r"""[][(){}<> _/\\:;,.!?#*"'\u2013\u2014-]""")
# As migrations/functions/02_unseen.sql has them.
_UNSEEN = re.compile(
    "[\u0001-\u001f\u007f-\u00a0\u00ad\u0300-\u036f\u061c\u115f\u1160\u1680\u17b4\u17b5"
    "\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb]"
)
_LONGEST_WORD = 100


def trimmed(ids: Sequence[str] | None) -> list[str]:
    """Return ids without the blanks around them; none for None."""
    return [one.strip() for one in ids or ()]


def path_id(value: str, field: str) -> str:
    """Return an id of a path, trimmed.

    Raises
    ------
    InvalidFieldError
        It is blank, or longer than any id.
    """
    found = value.strip()
    if not found:
        raise InvalidFieldError(field, "Is blank.")
    if len(found) > _LONGEST:
        raise InvalidFieldError(field, f"Is longer than {_LONGEST} characters.")
    return found


def is_placeholder(shopper_id: str) -> bool:
    """Tell whether an id is a placeholder, which all guests of a shop would share.

    >>> is_placeholder("Guest_Customer"), is_placeholder("000"), is_placeholder("Gastone")
    (True, True, False)
    """
    if len(shopper_id) > _LONGEST_WORD:
        return False
    folded = _UNSEEN.sub("", unicodedata.normalize("NFC", shopper_id)).lower()
    bare = _SIGNS.sub("", folded)
    return (
        not bare.strip("0")
        or bare in NOBODY
        or _NEGATIVE.fullmatch(folded) is not None
        or _ADDRESS.match(folded) is not None
    )


def not_a_shopper(shopper_id: str) -> InvalidFieldError:
    """Make the error for a placeholder in place of a new shopper's id."""
    message = f"{shopper_id!r} is a word for nobody: give the shopper's own id."
    return InvalidFieldError("shopper_id", message)
