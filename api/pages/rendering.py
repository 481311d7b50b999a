"""Rendering of pages and of the partials that HTMX asks for.

What stands on every page comes from features above this package: the app hands in a `PageFrame`.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.ext import Extension
from jinja2.nodes import EvalContext
from litestar import HttpMethod
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Response, Template
from litestar.template import TemplateConfig
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup, escape

from api.exchange import AnyRequest
from api.http.notes import notes_of
from api.ladder.requests import ladder_of, tier_of
from api.languages.formats import date_and_time, long_date, number_text, one_decimal
from api.languages.translate import (
    ENGLISH,
    Language,
    current_language,
    translated,
    translated_plural,
)
from api.pages.addresses import canonical_address, here
from api.pages.speculation import speculation_header
from api.theme.theme import Theme

WEB = Path(__file__).parents[2] / "web"

# Returns the template variables of the header and the footer: visitor, navigation, what is allowed.
PageFrame = Callable[[AnyRequest], Mapping[str, Any]]

READ = [HttpMethod.GET, HttpMethod.HEAD]

_FLASH, _UNDO = "flash", "undo"
_FIRST_ERROR = 400
# Embeddings, overrides and isolates of Unicode's bidirectional algorithm, and what ends them.
_TURNING_SIGNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# About a kilobyte each. Cards take half the time of a page, and most are on many pages.
_REMEMBERED_CARDS = 5000
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_POLICY = (
    "default-src 'self'; img-src 'self' https: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
PAGE_HEADERS: Mapping[str, str] = {
    # Every page shows its visitor's name.
    "Cache-Control": "private, no-store",
    "Vary": "Accept-Language, Cookie, HX-Request",
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class _Unindented(Extension):
    """Takes the indentation out of templates, up to a space: it is nearly a third of a page.

    What is typed into a form is a value, and stays as it is.
    """

    def preprocess(self, source: str, *_named: object, **_by_name: object) -> str:
        return _INDENTATION.sub(" ", source)


def template_config(
    path_prefix: str, theme: Theme, languages: Mapping[str, Language]
) -> TemplateConfig[JinjaTemplateEngine]:
    """Configure the templates of `web/templates`, for paths of ours behind `path_prefix`."""
    return TemplateConfig(
        instance=JinjaTemplateEngine.from_environment(
            template_environment(path_prefix, theme, languages)
        )
    )


def template_environment(
    path_prefix: str = "",
    theme: Theme | None = None,
    languages: Mapping[str, Language] | None = None,
) -> Environment:
    """Return what renders the templates of `web/templates`; a name that is missing is an error.

    Parameters
    ----------
    path_prefix : str
        What precedes every path of ours in an address; `prefix` in the templates.
    theme : Theme, optional
        `shop` in the templates.
    languages : mapping, optional
        Those that the site offers, `languages` in the templates; English alone if left out.
    """
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # A change of a template shows after a restart, and no page asks the disk for changes.
        auto_reload=False,
        extensions=["jinja2.ext.i18n", _Unindented],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds it.
    environment.install_gettext_callables(  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        translated, translated_plural, newstyle=True
    )
    cast("dict[str, Any]", environment.filters).update(
        shown=shown,
        linked=linked,
        number=number_text,
        one_decimal=one_decimal,
        long_date=long_date,
    )
    cast("dict[str, Any]", environment.globals).update(
        prefix=path_prefix,
        shop=theme or Theme(),
        languages=list((languages or {ENGLISH.tag: ENGLISH}).values()),
        remembered=_remembered,
        ngettext=_ngettext,
    )
    return environment


@pass_eval_context
def _ngettext(context: EvalContext, singular: str, plural: str, number: int, **values: Any) -> str:
    """Return the form for a number; `%(num)s` is the number as the language writes it."""
    text = translated_plural(singular, plural, number)
    form = Markup(text) if context.autoescape else text  # noqa: S704  (our own, with what it is given escaped)
    return form % {"num": number_text(number), **values}


def shown(text: object) -> str:
    """Take out the signs that turn the text after them around, so that it reads as it is written.

    Each text has a direction of its own by `dir="auto"` or `<bdi>`.
    """
    return _TURNING_SIGNS.sub("", str(text))


def linked(rendered: str, address: str, other: str) -> Markup:
    """Let the link of what was rendered for everybody lead to another address of the same page."""
    replaced = str(rendered).replace(f'href="{escape(address)}"', f'href="{escape(other)}"', 1)
    return Markup(replaced)  # noqa: S704  (our own)


def _remembered(macro: Callable[..., str], *arguments: object) -> str:
    """Render a macro that depends on its arguments and the language alone, once."""
    return _rendered(current_language.get().tag, macro, *arguments)


@lru_cache(_REMEMBERED_CARDS)
def _rendered(_language: str, macro: Callable[..., str], *arguments: object) -> str:
    return macro(*arguments)


def put_flash(request: AnyRequest, message: str, *, undo: str | None = None) -> None:
    """Keep a message for the next page.

    Parameters
    ----------
    undo : str, optional
        Address of a form that takes back what the message tells.
    """
    notes_of(request)[_FLASH] = [message, undo]


def take_flash(request: AnyRequest) -> str | None:
    """Return the message that waits for this page, and drop it; its form stands beside it.

    It waits on while nobody looks.
    """
    found = notes_of(request).pop(_FLASH, None) if is_looked_at(request) else None
    if not isinstance(found, list):
        return None
    message, undo = cast("tuple[str, str | None]", found)
    setattr(request.state, _UNDO, undo)
    return message


def is_looked_at(request: AnyRequest) -> bool:
    """Tell whether a person sees the answer: none does of HEAD, or of a browser's look ahead."""
    headers = request.headers
    purposes = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    return request.method != HttpMethod.HEAD and "prefetch" not in " ".join(purposes).lower()


def is_fragment(request: AnyRequest) -> bool:
    """Tell whether HTMX asks for a part of the page; to restore its history it needs all."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def render_page(
    request: AnyRequest,
    name: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Template:
    """Render a whole page, a file below `web/templates`, with the flash message if there is one.

    An error has no canonical address.
    """
    context.setdefault("flash", take_flash(request))
    if status_code < _FIRST_ERROR:
        context.setdefault("canonical", canonical_address(request))
    return _render(request, name, status_code, headers, context, is_page=True)


def render_partial(
    request: AnyRequest, name: str, *, headers: Mapping[str, str] | None = None, **context: Any
) -> Template:
    """Render the partial that the page includes; a flash message stays for the next page."""
    context.setdefault("flash", None)
    return _render(request, name, 200, headers, context)


def redirect(request: AnyRequest, address: str) -> Response[Any]:
    """Send the browser to another page of ours, also from within HTMX."""
    if is_fragment(request):
        return Response(
            b"",
            status_code=200,
            media_type="text/html",
            headers={**PAGE_HEADERS, "HX-Redirect": address},
        )
    return Redirect(address, status_code=303, headers=dict(PAGE_HEADERS))


def _is_known(frame: Mapping[str, Any]) -> bool:
    """Tell whether what the visitor looks at is kept."""
    visitor = frame["visitor"]
    return visitor.is_personalised or visitor.is_measured


def _as_of(request: AnyRequest) -> str | None:
    """Return in words the date of the snapshot that a page is from; None for a live page."""
    pointer = ladder_of(request).local.pointer()
    if tier_of(request) != "snapshot" or pointer is None:
        return None
    return date_and_time(pointer.created_at)


def _render(
    request: AnyRequest,
    name: str,
    status_code: int,
    headers: Mapping[str, str] | None,
    context: dict[str, Any],
    *,
    is_page: bool = False,
) -> Template:
    token = ScopeState.from_scope(request.scope).csrf_token
    frame = cast("PageFrame", request.app.state.page_frame)(request)
    common: dict[str, Any] = {
        **frame,
        "csrf_token": token if isinstance(token, str) else "",
        "as_of": _as_of(request),
        "undo": request.state.get(_UNDO),
        "language": current_language.get(),
        # A page that answers a form has no address to come back to.
        "here": here(request) if request.method in READ else None,
    }
    ahead = speculation_header(is_known=_is_known(frame)) if is_page else {}
    return Template(
        name,
        context={**common, **context},
        status_code=status_code,
        media_type="text/html",
        headers={
            **PAGE_HEADERS,
            "Content-Language": current_language.get().tag,
            **ahead,
            **(headers or {}),
        },
    )
