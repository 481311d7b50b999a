"""Shops in German, Russian and Portuguese, and what people type in their searches.

A line of a shop is a product: `title | brand | category | description`.
"""

from tests.shop.languages.german import GERMAN
from tests.shop.languages.portuguese import PORTUGUESE
from tests.shop.languages.russian import RUSSIAN
from tests.shop.languages.shop import LanguageShop

SHOPS = {"de": GERMAN, "pt-br": PORTUGUESE, "ru": RUSSIAN}

__all__ = ["SHOPS", "LanguageShop"]
