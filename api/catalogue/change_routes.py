"""Routes that change the catalogue."""

from functools import partial

from litestar import Response, delete, put
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import structs

from api.catalogue import changes
from api.catalogue.schemas import (
    MOST_PRODUCTS,
    NewProduct,
    ProductFields,
    ProductId,
    ProductResult,
    ProductResults,
    RemovalResult,
    RemovalResults,
)
from api.exchange import AnyRequest
from api.http.ids import path_id
from api.http.items import ITEMS, Items, check_items, read_object
from api.http.keys import needs
from api.http.limits import limits_of
from api.http.parameters import check_body, check_names
from api.ladder.requests import write

# So many items of a batch count as one request.
ITEMS_OF_A_REQUEST = 20
# Each is read by itself; `api.openapi` describes their bodies.
_PRODUCTS = Items("products", NewProduct, ProductId, "product_id", MOST_PRODUCTS)
_PRODUCT_IDS = Items("product_ids", ProductId, ProductId, None, MOST_PRODUCTS)


@put(
    "/",
    summary="Put products",
    operation_id="putProducts",
    status_code=200,
    opt={**needs("catalogue"), ITEMS: _PRODUCTS.field},
)
async def put_products(request: AnyRequest) -> ProductResults:
    """Create or update up to 1,000 products, in one transaction.

    A field that is left out keeps its value, and null empties it, so that a price or a stock can be
    sent by itself. The rules are those of a file: a field that cannot be used is left empty with a
    note, and a product that cannot be used is rejected with a reason, without harm to the others.
    Sending the same again changes nothing. New products are in lists as soon as the worker has
    embedded them. A batch counts as a request for every 20 products.
    """
    check_names(request, frozenset())
    products = check_items(await read_object(request), _PRODUCTS)
    _charge(request, len(products))
    work = partial(changes.put_products, products=products)
    return ProductResults(await write(request, work))


@delete(
    "/",
    summary="Remove products",
    operation_id="removeProducts",
    status_code=200,
    opt={**needs("catalogue"), ITEMS: _PRODUCT_IDS.field},
)
async def remove_products(request: AnyRequest) -> RemovalResults:
    """Take up to 1,000 products out of the catalogue, in one transaction.

    They are in no list, search or page any more. What shoppers did with them stays, and a product
    of the same id is a new one. Removing again changes nothing.
    """
    check_names(request, frozenset())
    product_ids = check_items(await read_object(request), _PRODUCT_IDS)
    _charge(request, len(product_ids))
    work = partial(changes.remove_products, product_ids=product_ids)
    return RemovalResults(await write(request, work))


@put(
    "/{product_id:str}",
    summary="Put a product",
    operation_id="putProduct",
    status_code=200,
    responses={201: ResponseSpec(ProductResult, description="The product is new.")},
    opt=needs("catalogue"),
)
async def put_product(
    request: AnyRequest, product_id: FromPath[str], data: JSONBody[ProductFields]
) -> Response[ProductResult]:
    """Create or update one product, as `PUT /v1/products` does; 400 if it is rejected."""
    check_names(request, frozenset())
    await check_body(request, ProductFields)
    product_id = path_id(product_id, "product_id")
    product = NewProduct(product_id=product_id, **structs.asdict(data))
    result = await write(request, partial(changes.put_product, product=product))
    return Response(result, status_code=201 if result.outcome == "created" else 200)


@delete(
    "/{product_id:str}",
    summary="Remove a product",
    operation_id="removeProduct",
    status_code=200,
    opt=needs("catalogue"),
)
async def remove_product(request: AnyRequest, product_id: FromPath[str]) -> RemovalResult:
    """Take one product out of the catalogue, as `DELETE /v1/products` does."""
    check_names(request, frozenset())
    product_ids = [path_id(product_id, "product_id")]
    (result,) = await write(request, partial(changes.remove_products, product_ids=product_ids))
    return result


def _charge(request: AnyRequest, count: int) -> None:
    limits_of(request).charge(-(-count // ITEMS_OF_A_REQUEST))
