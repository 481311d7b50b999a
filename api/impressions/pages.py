"""What a page's script tells of the cards that were on the screen."""

from litestar import Response, post

from api.exchange import AnyRequest
from api.impressions.answers import see

MOST_SEEN = 100


@post("/seen", status_code=204)
async def seen(request: AnyRequest) -> Response[None]:
    """Take pairs of `tag` and `product`; what is none of ours changes nothing."""
    form = await request.form()
    tags, products = form.getall("tag", []), form.getall("product", [])
    for tag, product_id in list(zip(tags, products, strict=False))[:MOST_SEEN]:
        if isinstance(product_id, str) and product_id:
            see(request, tag, product_id)
    return Response(None, status_code=204, headers={"Cache-Control": "no-store"})
