"""A shop of lamps and vases that differ in brand, price, colour, rating and stock."""

from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb

from alsolike.runs import recorded_run
from tests.shop.database import add_rows, run
from tests.shop.marts import make_mart

LAMPS = 60
BRANDS = ("Lumen & Co", "Plainly", "Ōkami")
COLOURS = ("black", "brass", "white", "red")
OPENED = datetime(2024, 1, 1, tzinfo=UTC)


def make_lamps() -> None:
    """Add 60 lamps and 6 vases, of which the lamps are rated, and the later lamps the popular ones.

    Of lamp n the brand, the colour, the glass and the price go by n modulo 3, 4, 5 and 10; every
    tenth is sold out. Lamp 0 has no price, attribute or brand. Vases cost as much in euros as in
    dollars, and one has no rating.
    """
    with recorded_run("demo", {"products": LAMPS + 6}):
        pass
    add_rows("raw.products", (_lamp(n) for n in range(LAMPS)))
    add_rows("raw.products", (_vase(n) for n in range(6)))
    run("insert into raw.shoppers (shopper_id, display_name) values ('anna', 'Shopper 1')")
    add_rows(
        "raw.reviews",
        (
            {
                "review_id": f"review-{n}",
                "shopper_id": "anna",
                "product_id": f"lamp-{n % 50:02}",
                "rating": 1 + n % 5,
                "reviewed_at": OPENED + timedelta(days=n),
            }
            for n in range(100)
        ),
    )
    make_mart(
        "product_popularity",
        (
            {
                "product_id": f"lamp-{n:02}",
                "popularity_recent": n,
                "views_recent": n,
                "purchases_recent": 1,
                "rank_recent": LAMPS - n,
            }
            for n in range(20, LAMPS)
        ),
    )


def _lamp(n: int) -> dict[str, object]:
    attributes = {
        "colour": COLOURS[n % 4],
        "is_dimmable": n % 2 == 0,
        "rooms": ["hall", "kitchen"] if n % 3 else ["bedroom"],
        "glass_mm": n % 5,
        "serial": f"S{n:04}",
    }
    return {
        "product_id": f"lamp-{n:02}",
        "title": f"Lamp number {n}",
        "description": "It gives light.",
        "category": "Home > Lamps > Floor" if n % 2 else "Home > Lamps",
        "brand": BRANDS[n % 3] if n else None,
        "price": 20 + n % 10 * 5 if n else None,
        "currency": "EUR",
        "attributes": Jsonb(attributes if n else {}),
        "is_in_stock": n % 10 != 9,
        "created_at": OPENED + timedelta(minutes=n),
    }


def _vase(n: int) -> dict[str, object]:
    return {
        "product_id": f"vase-{n}",
        "title": f"Vase number {n}",
        "description": "For flowers.",
        "category": "Home > Vases",
        "brand": "Plainly",
        "price": 10 * (1 + n % 3),
        "currency": "EUR" if n < 4 else "USD",
        "created_at": OPENED,
    }
