"""What the forms of accounts take, and what is wrong with it."""

import re
from collections.abc import Mapping
from typing import Any

from litestar.datastructures import FormMultiDict

from alsolike.privacy.hashes import folded_email
from api.accounts.passwords import password_fault
from api.accounts.service import NewAccount
from api.languages.translate import gettext as _

LONGEST_NAME = 100
LONGEST_EMAIL = 254

# Without quotes, comments and whatever else could make another header of it.
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]+")

AnyForm = FormMultiDict | Mapping[str, Any]
Faults = dict[str, str]


def text_of(form: AnyForm, name: str) -> str:
    """Return a field as it was typed; empty where it is missing or a file."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def email_fault(email: str) -> str | None:
    """Say what is wrong with an e-mail address; None if mail may be sent there."""
    address = folded_email(email)
    if not address:
        return _("Enter your e-mail address.")
    if (
        len(address) > LONGEST_EMAIL
        or not address.isprintable()
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
