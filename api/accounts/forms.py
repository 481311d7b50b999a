"""What the forms of accounts take, and what is wrong with it."""

import re
from collections.abc import Mapping
from typing import Any

from litestar.datastructures import FormMultiDict

from alsolike.privacy.hashes import LONGEST_EMAIL, folded_email
from api.accounts.passwords import password_fault
from api.accounts.service import NewAccount
from api.languages.translate import gettext as _

LONGEST_NAME = 100

# Words with dots between them, and labels of a host (RFC 5322, 3.4.1; RFC 6531 lets them have any
# letters): no quotes, no comments, nothing that could make another address or header of it.
_WORD = r"[^\s@<>()\[\]\\,;:\".]+"
_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*")
# Begins a word of RFC 2047, which programs of mail read as something else than it says.
_ENCODED = "=?"

AnyForm = FormMultiDict | Mapping[str, Any]
Faults = dict[str, str]


def text_of(form: AnyForm, name: str) -> str:
    """Return a field as it was typed; empty where it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def email_fault(email: str) -> str | None:
    """Say what is wrong with an e-mail address; None if mail may be sent there."""
    if not email.strip():
        return _("Enter your e-mail address.")
    address = folded_email(email)
    if (
        len(address) > LONGEST_EMAIL
        or not address.isprintable()
        or _ENCODED in address
        or _EMAIL.fullmatch(address) is None
    ):
        return _("This is not an e-mail address. One looks like this: anna@example.com.")
    return None


def read_sign_up(form: AnyForm) -> tuple[NewAccount | None, Faults]:
    """Read what somebody signs up with, or what is wrong with each field."""
    email, password = text_of(form, "email"), text_of(form, "password")
    name = " ".join(text_of(form, "name").split())
    faults: Faults = {}
    if fault := email_fault(email):
        faults["email"] = fault
    if len(name) > LONGEST_NAME or not name.isprintable():
        faults["name"] = _("Use at most %(count)s characters.", count=LONGEST_NAME)
    if fault := password_fault(password, email):
        faults["password"] = fault
    if faults:
        return None, faults
    return NewAccount(folded_email(email), name or None, password), {}
