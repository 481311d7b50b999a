"""What the page of a product tells search engines in schema.org's words, as JSON-LD."""

from typing import Any

from babel.numbers import get_currency_precision

from api.catalogue.structured_data import breadcrumb_list, graph
from api.pages.addresses import shared_picture, whole_address
from api.product_page.service import ProductDetail

_BEST_RATING = 5


def product_data(product: ProductDetail) -> dict[str, Any]:
    """Describe a product with its offer and its rating, and the way to it.

    Without a price or a currency there is no offer, without reviews no rating.
    """
    described: dict[str, Any] = {
        "@type": "Product",
        "sku": product.product_id,
        "name": product.title,
        "url": whole_address(product.url),
    }
    if product.description:
        described["description"] = product.description
    if image := shared_picture(product.image_url):
        described["image"] = image
    if product.brand:
        described["brand"] = {"@type": "Brand", "name": product.brand}
    if product.price_now is not None and product.currency:
        described["offers"] = _offer(product, product.currency)
    if product.review_count and product.rating_average is not None:
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(product.rating_average, 2),
            "bestRating": _BEST_RATING,
            "reviewCount": product.review_count,
        }
    return graph(described, breadcrumb_list(product.breadcrumbs))


def _offer(product: ProductDetail, currency: str) -> dict[str, Any]:
    state = "InStock" if product.is_in_stock else "OutOfStock"
    return {
        "@type": "Offer",
        "url": whole_address(product.url),
        "price": f"{product.price_now:.{get_currency_precision(currency)}f}",
        "priceCurrency": currency,
        "availability": f"https://schema.org/{state}",
    }
