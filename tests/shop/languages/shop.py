"""A shop in one language."""

from msgspec import Struct

from tests.shop.database import add_rows


class LanguageShop(Struct, frozen=True):
    """A shop, and queries with the title of the product that must come first.

    Attributes
    ----------
    lines : str
        A product each: `title | brand | category | description`.
    queries : dict
        What is typed, and the titles of which one has to be the first; several where the query
        fits them alike.
    nonsense : tuple of str
        Random letters of the language, which find nothing.
    """

    lines: str
    queries: dict[str, tuple[str, ...]]
    nonsense: tuple[str, ...]

    def write(self, language: str | None, prefix: str = "p") -> dict[str, str]:
        """Write the products; their titles by id, which begins with the prefix."""
        titles: dict[str, str] = {}
        rows: list[dict[str, object]] = []
        for number, line in enumerate(self.lines.strip().splitlines()):
            title, brand, category, description = (part.strip() for part in line.split(" | "))
            product_id = f"{prefix}{number:03}"
            titles[product_id] = title
            rows.append(
                {
                    "product_id": product_id,
                    "title": title,
                    "brand": brand,
                    "category": category,
                    "description": description,
                    "language": language,
                }
            )
        add_rows("raw.products", rows)
        return titles
