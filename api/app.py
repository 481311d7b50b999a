"""The Litestar application."""

import asyncio
import errno
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from litestar import Litestar, MediaType, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.exceptions import InternalServerException, NotFoundException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Server
from litestar.response import Response
from litestar.static_files import (
    create_static_files_router,  # pyright: ignore[reportUnknownVariableType]
)
from litestar.types import ASGIApp

from alsolike.demo.pictures import draw_picture
from alsolike.query_encoder import load_query_encoder
from alsolike.settings import Settings
from api.about.pages import ABOUT_PATHS, about_routes
from api.accounts.account_pages import own_account_pages
from api.accounts.pages import account_pages
from api.accounts.service import Accounts, prove
from api.catalogue.categories import CategoryTree, navigation_context, refresh_navigation
from api.catalogue.pages import brand_page, category
from api.catalogue.routes import pictures_router, products_router
from api.database.pool import Database
from api.error_page import ErrorPage
from api.events.pages import hidden_page, hide, unhide
from api.events.preference_pages import take_back, want_less, want_more
from api.events.routes import events_router, segment_router
from api.exchange import AnyRequest, public_path
from api.experiments.running import RunningExperiments
from api.health.routes import give_metrics, health_router
from api.http.bodies import MOST_BYTES, check_bodies
from api.http.caching import answer_conditionally
from api.http.compression import compress
from api.http.cors import Origins, with_cors
from api.http.cross_site import refuse_cross_site
from api.http.form_tokens import FormTokens, StaleFormError
from api.http.hosts import Hosts
from api.http.limits import RateLimits
from api.http.links import complete_answer
from api.http.notes import with_notes
from api.http.pairs import PairedRequest, with_pairs
from api.http.paths import API_PREFIX, BLOCKS_PREFIX, decode_parameters, without_prefix
from api.http.standard_headers import with_standard_headers
from api.http.validation import validate_requests
from api.impressions.log import ImpressionLog
from api.impressions.pages import seen
from api.ladder.ladder import Ladder
from api.ladder.spent_tokens import spend_token
from api.ladder.tiers import TIERS
from api.languages.choice import load_languages, offered_languages, with_language
from api.languages.translate import Language
from api.metrics import Metrics
from api.my_data.deletion_pages import DELETE_PATH, deletion_pages
from api.my_data.pages import my_data_pages
from api.my_data.review_pages import my_review_pages
from api.oidc.pages import oidc_routes
from api.openapi.describe import Described
from api.orders.pages import order_pages
from api.orders.returns import return_pages
from api.pages.element import element_route
from api.pages.icon import icon_route
from api.pages.rendering import READ, WEB, is_fragment, template_config
from api.pages.speculation import speculation_routes
from api.privacy.routes import erase_shopper, webhooks_routers
from api.privacy.signal import give_signal_support
from api.problems.details import Problem
from api.problems.errors import PROBLEM_MEDIA_TYPE, problem_of
from api.product_page.pages import product
from api.recommendations.block_routes import blocks_router
from api.recommendations.pages import home
from api.recommendations.popular_now import PopularNow
from api.recommendations.routes import recommendations_router
from api.recommendations.why_pages import why
from api.reviews.pages import review_page, send_review
from api.search.pages import forget_past_searches, search_page, search_suggestions
from api.search.query_vectors import LoadEncoder, QueryVectors
from api.search.routes import list_products
from api.sessions.session import Sessions
from api.sitemap.routes import sitemap_router
from api.theme.routes import theme_router
from api.theme.theme import load_theme
from api.visitors.choices import choice_routes
from api.visitors.language_page import language_route
from api.visitors.pages import sign_out_shopper
from api.visitors.routes import shoppers_router
from api.visitors.session import require_pages, require_session, visitor_context
from api.visitors.shop import Shop
from api.visitors.store import excluded_products

_MACHINE_PREFIXES = (
    "/v1/",
    "/blocks/",
    "/health/",
    "/schema",
    "/metrics",
    "/pictures/",
    "/theme/",
    "/static/",
    "/robots.txt",
    "/sitemap",
    "/favicon.ico",
    "/.well-known/",
)
# These begin or end a session or need none, whatever became of the one that the browser has.
_AFRESH = (
    "/sign-in",
    "/sign-out",
    "/sign-up",
    "/account/reset",
    "/account/confirm",
    "/account/claim",
    "/account/new-password",
    "/language",
    DELETE_PATH,
)
# Errors of the file system that mean: there is no such file.
_NO_FILE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EACCES})


def create_app(
    settings: Settings,
    *,
    load_encoder: LoadEncoder = load_query_encoder,
    clock: Callable[[], float] = monotonic,
) -> Litestar:
    """Make the app: the site's pages and the JSON API.

    It starts, and `/health/live` answers, whether or not the database is there.

    Parameters
    ----------
    settings : Settings
        The secret and the pool's limits; the database's address is libpq's `PG*` variables, read
        when the app starts.
    load_encoder, clock : callable
        What loads the encoder of queries, and the time by which it is slow; see `QueryVectors`.
        By the same clock popular products are read again for pages of errors.
    """
    theme = load_theme(settings.theme_folder)
    languages = offered_languages(settings.page_languages, load_languages())
    database = Database(settings)
    query_vectors = QueryVectors(settings, database, load_encoder, clock)
    metrics = Metrics(TIERS, settings.metrics_folder)
    ladder = Ladder(database, settings, metrics, excluded_products)
    experiments = RunningExperiments(database)
    impressions = ImpressionLog(database, metrics, lambda: ladder.circuits.is_closed("primary"))

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        # The pool warns of each failed attempt; the requests that fail by it are logged anyway.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        await database.open()
        keeping = asyncio.create_task(query_vectors.keep_fresh())
        writing = asyncio.create_task(impressions.keep_writing())
        looking = asyncio.create_task(experiments.keep_fresh())
        try:
            async with ladder.running():
                yield
        finally:
            keeping.cancel()
            writing.cancel()
            looking.cancel()
            await impressions.finish()
            await database.close()

    sessions = Sessions(settings, ladder.shoppers.clock)
    limits = RateLimits(settings, partial(spend_token, ladder))
    origins = Origins(settings.browsers.origins)
    app = Litestar(
        route_handlers=[
            products_router(list_products),
            recommendations_router(),
            shoppers_router(erase_shopper),
            *webhooks_routers(settings),
            events_router(),
            segment_router(),
            health_router(),
            give_metrics,
            pictures_router(),
            blocks_router(),
            element_route(),
            *speculation_routes(),
            _pages_router(settings, sessions, languages, clock),
            sitemap_router(["/", *ABOUT_PATHS]),
            icon_route(theme.icon),
            give_signal_support,
            theme_router(theme),
            *_static_routers(),
        ],
        lifespan=[lifespan],
        # The first is the outermost.
        middleware=[
            validate_requests(Hosts(settings.allowed_hosts), origins),
            *([limits.middleware] if limits.is_needed else []),
            check_bodies,
            compress,
            answer_conditionally,
            decode_parameters,
        ],
        after_request=complete_answer,
        state=State(
            {
                "database": database,
                "query_vectors": query_vectors,
                "ladder": ladder,
                "impressions": impressions,
                "impression_key": _derive(settings.secret, "impressions"),
                "experiments": experiments,
                "limits": limits,
                "metrics": metrics,
                "tree": CategoryTree(ladder),
                "sessions": sessions,
                "accounts": Accounts(settings, theme.name),
                "shop": Shop(ladder, settings),
                "popular_now": PopularNow(ladder, clock),
                "draw_picture": draw_picture,
                "page_frame": _page_frame,
                "check_password": prove,
            },
            deep_copy=False,
        ),
        template_config=template_config(settings.path_prefix, theme, languages),
        exception_handlers={Exception: _answer_error},
        openapi_config=OpenAPIConfig(
            title="alsolike",
            version=version("alsolike"),
            description="Recommendations of a shop: similar products, and products for a shopper. "
            "Errors are problems as in RFC 9457; `errors` names the fields. Money is a number in "
            "the product's currency.",
            servers=[Server(settings.path_prefix or "/")],
            path="/schema",
            use_handler_docstrings=True,
            render_plugins=[
                Described(plugin, settings)
                for plugin in (
                    JsonRenderPlugin(path=["/", "/openapi.json"], media_type=MediaType.JSON),
                    YamlRenderPlugin(),
                )
            ],
        ),
        logging_config=None,
        request_class=PairedRequest,
        request_max_body_size=MOST_BYTES,
    )
    standard = with_standard_headers(
        # Around what makes answers of errors, and so refusals too, which middleware raises.
        with_cors(metrics.metered(app.asgi_handler), app, origins),
        closed_prefixes=_closed_prefixes(settings),
        path_prefix=settings.path_prefix,
        public_origin=settings.browsers.public_origin,
    )
    spoken = with_language(standard, languages, _MACHINE_PREFIXES)
    app.asgi_handler = with_pairs(without_prefix(spoken, settings.path_prefix))
    return app


def _closed_prefixes(settings: Settings) -> tuple[str, ...]:
    """Return below which paths an answer is for holders of a key."""
    if not settings.api_keys:
        return ()
    return (API_PREFIX,) if settings.browsers.origins else (API_PREFIX, BLOCKS_PREFIX)


def _pages_router(
    settings: Settings,
    sessions: Sessions,
    languages: Mapping[str, Language],
    clock: Callable[[], float],
) -> Router:
    """Return the router of the pages: only they have notes, sessions and CSRF middleware."""
    notes = partial(
        with_notes,
        secret=_derive(settings.secret, "notes"),
        path_prefix=settings.path_prefix,
        is_cookie_secure=settings.is_cookie_secure,
    )

    # Functions, because Litestar copies routers deeply, and a lock cannot be copied.
    def with_session(app: ASGIApp) -> ASGIApp:
        return sessions.middleware(app)

    return Router(
        "/",
        route_handlers=[
            home,
            product,
            seen,
            review_page,
            send_review,
            category,
            brand_page,
            search_page,
            *account_pages,
            *own_account_pages,
            search_suggestions,
            forget_past_searches,
            sign_out_shopper,
            hide,
            unhide,
            hidden_page,
            want_more,
            want_less,
            take_back,
            why,
            *order_pages,
            *return_pages,
            *oidc_routes(settings, clock),
            *my_data_pages,
            *my_review_pages,
            *deletion_pages,
            *about_routes(settings),
            *choice_routes(settings),
            language_route(settings, languages),
        ],
        middleware=[
            partial(refuse_cross_site, public_origin=settings.browsers.public_origin),
            notes,
            with_session,
            DefineMiddleware(
                FormTokens, settings=settings, secret=_derive(settings.secret, "csrf").hex()
            ),
        ],
        before_request=_prepare_page,
        include_in_schema=False,
    )


async def _prepare_page(request: AnyRequest) -> None:
    """Refuse pages where there are none; read what the frame of a whole page shows."""
    await require_pages(request)
    if request.method not in READ and not request.scope["path"].endswith(_AFRESH):
        require_session(request)
    if not is_fragment(request):
        await refresh_navigation(request)


def _page_frame(request: AnyRequest) -> Mapping[str, Any]:
    """Return what stands on every page."""
    return {**visitor_context(request), **navigation_context(request)}


def _static_routers() -> Sequence[Router]:
    """Serve our own assets, and the npm packages' as they were installed."""
    kept = CacheControlHeader(public=True, max_age=3600)

    def serve(path: str, folder: Path, name: str) -> Router:
        return create_static_files_router(
            path,
            [folder],
            name=name,
            cache_control=kept,
            include_in_schema=False,
            # The path is none for the file system, as when it goes on below a file.
            exception_handlers={OSError: _answer_no_file, InternalServerException: _answer_no_file},
        )

    return [
        serve("/static", WEB / "static", "static"),
        serve("/static/vendor/htmx", WEB / "node_modules" / "htmx.org" / "dist", "htmx"),
    ]


def _answer_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer an error: with a page for browsers, with a problem document for programs."""
    # `request.url` is built from the client's Host header, which may be invalid.
    problem, headers = problem_of(error, public_path(request.scope["path"]))
    if _wants_page(request):
        return ErrorPage(problem, headers, is_of_stale_form=isinstance(error, StaleFormError))
    return Response[Problem](
        problem, status_code=problem.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers
    )


def _answer_no_file(request: AnyRequest, error: Exception) -> Response[Any]:
    """Answer 404 for a missing file; another error of the disk stays one."""
    # Litestar wraps some errors of the file system.
    met = error.__cause__ if isinstance(error, InternalServerException) else error
    if isinstance(met, OSError) and met.errno in _NO_FILE:
        return _answer_error(request, NotFoundException("There is no such file."))
    return _answer_error(request, error)


def _wants_page(request: AnyRequest) -> bool:
    if request.scope["path"].startswith(_MACHINE_PREFIXES):
        return False
    accept = request.headers.get("accept", "*/*")
    return "text/html" in accept or "*/*" in accept


def _derive(secret: str, purpose: str) -> bytes:
    """Make a key of 32 bytes for one purpose, so that no two share one."""
    return hashlib.sha256(f"alsolike {purpose} {secret}".encode()).digest()
