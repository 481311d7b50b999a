"""What the forms of accounts take, and what is looked at before it is worked on."""

import asyncio
import unicodedata
from typing import Literal

import pytest

from alsolike.privacy.hashes import LONGEST_EMAIL, folded_email, shopper_of
from api.accounts.forms import email_fault, read_sign_up
from api.accounts.passwords import LONGEST, Passwords, password_fault

MARKS = "\u0301" * 200_000


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the lengths of the texts that are normalised."""
    lengths: list[int] = []
    normalize = unicodedata.normalize

    def noting(form: Literal["NFC", "NFKC"], text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text[:5000])

    monkeypatch.setattr(unicodedata, "normalize", noting)
    return lengths


def test_a_text_of_any_length_is_cut_before_it_is_normalised(normalised: list[int]) -> None:
    assert email_fault(f"a{MARKS}@example.com")
    assert folded_email(MARKS) == ""
    assert shopper_of(f"a{MARKS}@example.com", "key") is None
    assert password_fault("a" + MARKS, "a@example.com")
    new, faults = read_sign_up({"email": f"{MARKS}@b.c", "password": MARKS, "name": MARKS})
    assert new is None
    assert faults.keys() == {"email", "password", "name"}
    assert not asyncio.run(Passwords().verify(None, MARKS))
    assert max(normalised) <= 4 * LONGEST + 1


def test_a_password_may_have_all_its_marks_apart(normalised: list[int]) -> None:
    apart = unicodedata.normalize("NFD", "ổ" * LONGEST)
    assert len(apart) == 3 * LONGEST
    assert password_fault(apart, "a@example.com") is None
    assert password_fault(apart + "x", "a@example.com")
    assert normalised


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.com",
        "anna.b+shop_1@mail.example.co.uk",
        "o'neil@localhost",
        "anna@bücher.example",
        "анна@почта.рф",
        "a=b@example.com",
        "a@" + "b" * 63 + ".example",
    ],
)
def test_an_address_of_words_and_labels_is_one(address: str) -> None:
    assert email_fault(address) is None


@pytest.mark.parametrize(
    "address",
    [
        # RFC 2047: programs of mail read `victim@example.com`, and a line end.
        "=?x?q?victim?=@example.com",
        "=?utf-8?q?a=0a?=@example.com",
        "a=?@example.com",
        "a@b..c",
        "a@b.",
        "a@.b",
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@-b.example",
        "a@b-.example",
        "a@[127.0.0.1]",
        "a@b!c",
        "a@" + "b" * 64 + ".example",
        "a" * 65 + "@example.com",
        "a@" + "b." * 130 + "c",
        "a\u2028@example.com",
        "x" * LONGEST_EMAIL + "@example.com",
    ],
)
def test_any_other_text_is_no_address(address: str) -> None:
    assert email_fault(address)
