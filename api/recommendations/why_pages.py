"""The page that explains why a list has a product, and its part for a card."""

from litestar import route
from litestar.params import FromPath
from litestar.response import Template

from api.exchange import AnyRequest
from api.http.ids import path_id
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.addresses import came_from, whole_address
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.recommendations.blocks import why_url
from api.recommendations.why import WhyQuestion, explain
from api.visitors.session import find_visitor

_STEPS = Steps(explain)
_PRODUCTS = ("like", "goes_with")


@route("/products/{product_id:str}/why", http_method=READ)
async def why(request: AnyRequest, product_id: FromPath[str]) -> Template:
    """Explain why a list has a product, and what the visitor can do about it.

    `like`, `goes_with` and `of_basket` say which list; `closed` asks for the link that opens the
    explanation.
    """
    visitor = await find_visitor(request)
    given = request.query_params
    about = {name: path_id(str(given[name]), name) for name in _PRODUCTS if name in given}
    of_basket = "of_basket" in given
    question = WhyQuestion(
        product_id=product_id,
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
        of_basket=of_basket,
        **about,
    )
    found = await answer(request, _STEPS, question)
    url = why_url(product_id, **about, **({"of_basket": "yes"} if of_basket else {}))
    if is_fragment(request):
        return render_partial(
            request,
            "partials/why_closed.html" if given.get("closed") else "partials/why.html",
            why=found,
            why_url=url,
            back=None,
        )
    return render_page(
        request,
        "pages/why.html",
        canonical=whole_address(found.product.url),
        why=found,
        why_url=url,
        # The page with the list, where the forms lead back to.
        back=came_from(request, None),
    )
