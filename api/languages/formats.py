"""Numbers, prices, dates and times as the readers of the request's language write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
)

from api.languages.translate import DEFAULT, current_language

Number = Decimal | float


def number_text(number: Number) -> str:
    """Write a number with its groups of thousands, as in `1,234` or `1 234`."""
    return format_decimal(number, locale=_locale())


def one_decimal(number: Number) -> str:
    """Write a mean or a share with one decimal, as in `4.5` or `4,5`."""
    return format_decimal(number, "0.0", locale=_locale())


def bare_price(amount: Number) -> str:
    """Write an amount as it may be typed, without a currency or groups of thousands."""
    pattern = "0.##" if amount == int(amount) else "0.00"
    return format_decimal(amount, pattern, locale=_locale())


def long_date(moment: date) -> str:
    """Write a date in words, as in `28 November 2026`."""
    locale = _locale()
    return format_date(moment, "d MMMM y" if locale.language == DEFAULT else "long", locale=locale)


def clock_time(moment: datetime) -> str:
    """Write a time of day in UTC, as in `15:30`."""
    return format_time(moment.astimezone(UTC), "HH:mm", tzinfo=UTC, locale=_locale())


def date_and_time(moment: datetime) -> str:
    """Write a moment, as in `28 November 2026, 15:30 UTC`."""
    both = str(get_datetime_format("medium", locale=_locale()))
    day = long_date(moment.astimezone(UTC))
    return both.replace("{1}", day).replace("{0}", f"{clock_time(moment)} UTC")


def price_text(price: Number, currency: str | None, locale: Locale) -> str:
    """Write a price with the decimals of its currency.

    As in `€12.50`, `¥1,500` or `1.255 KWD`, or as the language has it.
    """
    if locale.language != DEFAULT:
        if currency is None:
            return format_decimal(price, "#,##0.00", locale=locale)
        return format_currency(price, currency, locale=locale)
    if currency is None:
        return f"{price:,.2f}"
    amount = f"{price:,.{get_currency_precision(currency)}f}"
    symbol = get_currency_symbol(currency, DEFAULT)
    return f"{amount} {currency}" if symbol == currency else f"{symbol}{amount}"


def _locale() -> Locale:
    return current_language.get().locale
