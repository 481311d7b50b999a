"""The home page."""

from litestar import route
from litestar.response import Template

from api.catalogue.cards import find_cards
from api.catalogue.categories import tree_of
from api.exchange import AnyRequest, public_path
from api.http.links import list_address
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.recommendations import service
from api.recommendations.blocks import BLOCK_SIZE, product_ids, recommended_block
from api.recommendations.schemas import RecommendationRequest
from api.visitors.session import find_visitor


@route("/", http_method=READ)
async def home(request: AnyRequest) -> Template:
    """Show "You may also like" and the categories."""
    visitor = await find_visitor(request)
    asked = RecommendationRequest(
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
        k=BLOCK_SIZE,
        exclude=visitor.exclude,
        after=request.query_params.get("after"),
    )
    found = await service.recommend(request, asked)
    cards = await find_cards(request, product_ids(found.items))
    block = recommended_block(found.items, cards, list_address(public_path("/"), found.after))
    if is_fragment(request):
        return render_partial(request, "partials/recommendation_items.html", block=block)
    return render_page(request, "pages/home.html", block=block, categories=tree_of(request).top())
