"""Prices, times, and words for stock and for the state of an order, as shop systems write them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from alsolike.loading.shop_headers import header_name

_CURRENCIES = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₽": "RUB", "₹": "INR", "₺": "TRY"}
# Signs of several currencies.
_SEVERAL = frozenset(("$", "¥", "kr", "kr."))
_NUMBER = re.compile(r"(?<![\w.,])[+-]?(?:\d[\d.,'’\s]*\d|\d)(?![\d.,])")
_LONGEST_PRICE = 50
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[.,'’]\d{3})+")
_CODE = re.compile(r"[A-Z]{3}", re.IGNORECASE)
_CENT = Decimal("0.01")
# More decimals than a price has come from taking a tax off.
_MOST_DECIMALS = 3

_YES = frozenset(("1", "yes", "y", "true", "t", "oui", "ja", "sí", "si", "on", "enabled"))
_NO = frozenset(("0", "-1", "no", "n", "false", "f", "non", "nein", "off", "disabled", "2"))

# States of orders that are no purchase, in the languages whose words their exports have.
_STATES = {
    "refunded": (
        "refunded",
        "refund",
        "erstattet",
        "rückerstattet",
        "remboursé",
        "remboursée",
        "reembolsado",
        "rimborsato",
        "terugbetaald",
    ),
    "cancelled": (
        "cancelled",
        "canceled",
        "storniert",
        "annulé",
        "annulée",
        "cancelado",
        "cancelada",
        "annullato",
        "geannuleerd",
        "trash",
    ),
    "voided": ("voided", "void", "expired"),
    "failed": (
        "failed",
        "payment error",
        "erreur de paiement",
        "fehlgeschlagen",
        "échouée",
        "échoué",
        "fraud",
        "suspected fraud",
        "holded by fraud",
    ),
    "unpaid": (
        "pending payment",
        "checkout-draft",
        "auto-draft",
        "draft",
        "pending paypal",
        "payment review",
        "unpaid",
    ),
}
_REASONS = {word: reason for reason, words in _STATES.items() for word in words}

# Names of lines that are no product, when they name none of the catalogue.
_NO_PRODUCT = re.compile(
    r"(?:shipping|delivery|postage|versand(?:kosten)?|livraison|frais de port|porto|env[ií]o|"
    r"spedizione|verzendkosten|frete|tip|gratuity|trinkgeld|shipping protection|"
    r"package protection|route package protection|handling(?: fee)?|fee|surcharge)",
    re.IGNORECASE,
)

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?))?")


class Price(NamedTuple):
    """A price.

    Attributes
    ----------
    text : str
        With a decimal point; what stood there if it is not clearly a number, for the loader to
        reject.
    amount : Decimal or None
        None if it is not clearly a number.
    currency : str or None
        ISO 4217 code, if one stands beside it.
    """

    text: str
    amount: Decimal | None
    currency: str | None


def read_price(written: str | None) -> Price | None:
    """Read a price such as `12.00 EUR`, `1.299,00 €`, `12,5` or Magento's `6.0000`.

    `1.299` and `1,299` may each be two numbers, so they stay as they are.

    >>> read_price("12.00 EUR").text, read_price("1.299,00 €").text, read_price("19,916667").text
    ('12.00', '1299.00', '19.92')
    """
    if not written:
        return None
    found = _NUMBER.search(written) if len(written) <= _LONGEST_PRICE else None
    unread = Price(written, None, None)
    if found is None:
        return unread
    rest = (written[: found.start()] + written[found.end() :]).strip()
    currency = _CURRENCIES.get(rest.lower()) or (rest.upper() if _CODE.fullmatch(rest) else None)
    if rest and currency is None and rest.lower() not in _SEVERAL:
        return unread
    number = _decimal(re.sub(r"\s", "'", found[0]))
    if number is None:
        return Price(found[0], None, currency)
    return Price(format(number, "f"), number, currency)


def _decimal(number: str) -> Decimal | None:
    """Return a number, whichever of point and comma is its decimal sign."""
    point, comma = number.rfind("."), number.rfind(",")
    place = max(point, comma)
    whole, decimals = (number, "") if place < 0 else (number[:place], number[place + 1 :])
    if place >= 0 and number.count(number[place]) > 1:
        # A decimal sign stands once.
        whole, decimals = number, ""
    elif place >= 0 and len(decimals) == _MOST_DECIMALS and whole.lstrip("+-").isdigit():
        # Nobody can tell thousands from thousandths.
        return Decimal(number) if number[place] == "." and whole.strip("+-0") == "" else None
    if not whole.lstrip("+-").isdigit():
        if _THOUSANDS.fullmatch(whole) is None:
            return None
        whole = re.sub(r"[.,'’]", "", whole)
    value = Decimal(f"{whole}.{decimals}" if decimals else whole)
    return value.quantize(_CENT, ROUND_HALF_UP) if len(decimals) > _MOST_DECIMALS else value


def read_yes(word: str | None) -> bool | None:
    """Tell whether a word says yes; None if it is missing or says neither.

    `-1` (a draft of WooCommerce) and `2` (Magento: disabled) say no.
    """
    plain = (word or "").strip().lower()
    return True if plain in _YES else False if plain in _NO else None


def read_count(number: str | None) -> int | None:
    """Return a whole number, also of `3.0000`; None if it is none."""
    try:
        return int(float((number or "").replace(",", ".")))
    except (OverflowError, ValueError):
        return None


def no_purchase(*states: str | None) -> str | None:
    """Return why an order in these states is no purchase; None if it is one.

    States that a shop made itself count as purchases.
    """
    for state in states:
        plain = header_name(state or "").removeprefix("wc-")
        if plain in _REASONS:
            return _REASONS[plain]
    return None


def is_no_product(name: str | None, kind: str | None = None) -> bool:
    """Tell whether a line of an order is its shipping, a fee or a tip.

    Parameters
    ----------
    kind : str, optional
        What the export says of the line, such as `shipping` or `line_item`.
    """
    if kind and header_name(kind) in {"shipping", "fee", "tax", "coupon"}:
        return True
    return _NO_PRODUCT.fullmatch((name or "").strip()) is not None


def read_time(written: str | None) -> str | None:
    """Return a time in ISO 8601, with the day first where it has slashes or points.

    Other texts stay as they are, for the loader to check.

    >>> read_time("31/01/2026 12:30"), read_time("Jan 31, 2026, 1:05:00 PM")
    ('2026-01-31 12:30', '2026-01-31 13:05:00')
    """
    if not written:
        return None
    found = _DAY_FIRST.fullmatch(written)
    if found is not None:
        day, month, year, clock = found.groups()
        return f"{year}-{int(month):02}-{int(day):02} {clock or '00:00'}"
    if written[:1].isalpha():
        plain = written.replace(",", "")
        for form in ("%b %d %Y %I:%M:%S %p", "%B %d %Y %I:%M:%S %p", "%b %d %Y"):
            try:
                return datetime.strptime(plain, form).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
            except ValueError:
                continue
    return written


def is_now(begin: str | None, end: str | None) -> bool:
    """Tell whether a sale has begun and not ended; what cannot be read does not limit it."""
    now = datetime.now(UTC)
    starts, ends = _moment(begin), _moment(end, is_end=True)
    return (starts is None or starts <= now) and (ends is None or now <= ends)


def _moment(written: str | None, *, is_end: bool = False) -> datetime | None:
    text = read_time(written)
    if not text or text.startswith("0000"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if is_end and len(text) == len("2026-01-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def deepest(paths: Iterable[list[str]]) -> str | None:
    """Return the category with most levels, the first of several, as a path with ` > `."""
    levels = [[level.strip() for level in path if level.strip()] for path in paths]
    return " > ".join(max(levels, key=len)) or None if levels else None
