"""Shoppers, what they agreed to, and what dbt says they did."""

from tests.shop.database import add_rows


def add_shopper(shopper_id: str, *, has_consent: bool = True) -> None:
    """Add a shopper who agreed to personalisation, or did not."""
    add_shoppers([shopper_id], has_consent=has_consent)


def add_shoppers(shopper_ids: list[str], *, has_consent: bool = True) -> None:
    """Add shoppers who agreed to personalisation, or did not."""
    add_rows("raw.shoppers", ({"shopper_id": shopper_id} for shopper_id in shopper_ids))
    add_rows(
        "raw.consents",
        (
            {
                "shopper_id": shopper_id,
                "purpose": "personalisation",
                "is_granted": has_consent,
                "source": "test",
            }
            for shopper_id in shopper_ids
        ),
    )


def add_interaction(shopper_id: str, product_id: str, weight: float = 1.0) -> None:
    """Add a row to the mart of what shoppers did."""
    add_rows(
        "marts.shopper_interactions",
        [{"visitor_id": f"shopper:{shopper_id}", "product_id": product_id, "weight": weight}],
    )
