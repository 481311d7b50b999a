"""Products with the texts that are embedded."""

from hashlib import md5

from tests.shop.database import add_rows, run


def add_products(*titles: str, category: str | None = None, prefix: str = "p") -> list[str]:
    """Add a product for each title, with the documents 'name' and 'details'; their ids."""
    ids = [f"{prefix}{number}" for number in range(1, len(titles) + 1)]
    products = list(zip(ids, titles, strict=True))
    add_rows(
        "raw.products",
        (
            {
                "product_id": product_id,
                "title": title,
                "category": category,
                "created_at": "2026-01-01",
            }
            for product_id, title in products
        ),
    )
    add_rows(
        "marts.product_documents",
        (
            {
                "product_id": product_id,
                "part": part,
                "content": content,
                "content_hash": _hash(content),
            }
            for product_id, title in products
            for part, content in (("name", title), ("details", f"details of {title}"))
        ),
    )
    return ids


def change_text(product_id: str, part: str, content: str) -> None:
    """Give a part another text."""
    run(
        "update marts.product_documents set content = %s, content_hash = %s "
        "where product_id = %s and part = %s",
        (content, _hash(content), product_id, part),
    )


def _hash(content: str) -> str:
    return md5(content.encode(), usedforsecurity=False).hexdigest()
