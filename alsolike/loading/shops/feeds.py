"""Items of RSS 2.0 and Atom feeds, in bounded memory and without entities."""

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from alsolike.errors import InputFileError
from alsolike.loading.formats import LONGEST_LINE, opened
from alsolike.loading.shop_headers import header_name

if TYPE_CHECKING:
    from xml.sax.expatreader import ExpatParser

_CHUNK_BYTES = 1 << 16
# The encoding that a feed declares. One with a byte order mark is in that of the mark.
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
# Expat reads others too, as far as they have one byte for each character.
_OF_EXPAT = ("utf-8", "utf-16", "iso8859-1", "ascii")
_XML = "http://www.w3.org/XML/1998/namespace"
_MOST_LEVELS = 100
_ITEMS = ("item", "entry")

_Name = tuple[str | None, str]


class FeedItem(NamedTuple):
    """An item of a feed.

    Attributes
    ----------
    line : int
        The line on which it begins.
    values : dict
        Texts by the name of their element, as `header_name` writes it; of several the first, and
        those of Google's name space before others.
    lists : dict
        All texts of the elements of a name.
    groups : dict
        The texts within elements that hold others, such as `product_detail`.
    language : str or None
        The language that the feed states.
    problem : str or None
        Why the item cannot be used.
    """

    line: int
    values: dict[str, str]
    lists: dict[str, list[str]]
    groups: dict[str, list[dict[str, str]]]
    language: str | None
    problem: str | None = None


def read_feed(path: Path) -> Iterator[FeedItem]:
    """Read the items of a feed, packed or not.

    Raises
    ------
    InputFileError
        The file is no XML, defines entities, or has an item of more than 16 million characters.
    """
    parser = cast("ExpatParser", make_parser())
    handler = _Handler(path, parser)
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003  (SAX's own signature)
    parser.setContentHandler(handler)
    try:
        with opened(path) as stream:
            for chunk in _chunks(path, stream):
                parser.feed(chunk)  # pyright: ignore[reportArgumentType]  (str does as well)
                yield from handler.items
                handler.items.clear()
            parser.close()
    except SAXParseException as error:
        message = f"{path}, line {error.getLineNumber() or 1}: not XML ({error.getMessage()})."
        raise InputFileError(message) from error
    except DefusedXmlException as error:
        message = f"{path} defines entities, which a feed does not need and an attack does."
        raise InputFileError(message) from error
    if not handler.has_items:
        message = f"{path} has no <item> as RSS has them, and no <entry> as Atom has them."
        raise InputFileError(message)


def _chunks(path: Path, stream: BinaryIO) -> Iterator[bytes | str]:
    """Give a feed in pieces: bytes in an encoding that expat knows, otherwise decoded text."""
    chunk = stream.read(_CHUNK_BYTES)
    declared = _DECLARED.match(chunk)
    encoding = "utf-8" if declared is None else declared[1].decode()
    try:
        # A codec may be there and be none of texts.
        b" ".decode(encoding)
        codec = codecs.lookup(encoding)
    except (LookupError, UnicodeError) as error:
        message = (
            f"{path} says that its encoding is {encoding!r}, which is unknown: save it as UTF-8, "
            'with encoding="UTF-8" in its first line.'
        )
        raise InputFileError(message) from error
    decoder = None if codec.name in _OF_EXPAT else codec.incrementaldecoder()
    while chunk:
        try:
            yield chunk if decoder is None else decoder.decode(chunk)
        except UnicodeError as error:
            message = (
                f"{path} is not in {encoding}, as its first line says ({error}): save it as UTF-8, "
                'with encoding="UTF-8" in its first line.'
            )
            raise InputFileError(message) from error
        chunk = stream.read(_CHUNK_BYTES)


class _Handler(ContentHandler):
    """Collects the items whose elements have ended."""

    def __init__(self, path: Path, locator: Locator) -> None:
        super().__init__()
        self._locator = locator
        self.items: list[FeedItem] = []
        self.has_items = False
        self._path = path
        self._language: str | None = None
        # The open elements within an item, and their texts.
        self._open: list[str] = []
        self._texts: list[list[str]] = []
        self._length = 0
        self._item: FeedItem | None = None
        self._group: dict[str, str] = {}
        self._is_language = False

    def startElementNS(  # noqa: N802  (SAX's own name)
        self,
        name: _Name,
        qname: str | None,  # noqa: ARG002
        attrs: AttributesNSImpl,
    ) -> None:
        """Open an item, or an element within one."""
        uri, local = name
        if self._item is None:
            values = cast("dict[_Name, str]", dict(cast("Any", attrs)))
            self._language = values.get((_XML, "lang"), self._language)
            self._is_language = local == "language"
            if local in _ITEMS:
                line = self._line()
                lists = defaultdict[str, list[str]](list)
                groups = defaultdict[str, list[dict[str, str]]](list)
                self._item = FeedItem(line, {}, lists, groups, self._language)
                self._length = 0
            return
        if len(self._open) >= _MOST_LEVELS:
            message = f"{self._path}, line {self._line()}: the item is nested too deep."
            raise InputFileError(message)
        key = header_name(local)
        self._open.append(f"g:{key}" if "base.google.com" in (uri or "") else key)
        # Atom's link has its address in an attribute, and may be a link to something else.
        values = cast("dict[_Name, str]", dict(cast("Any", attrs)))
        address = values.get((None, "href"), "")
        is_other = values.get((None, "rel"), "alternate") != "alternate"
        self._texts.append([address] if address and not is_other else [])

    def characters(self, content: str) -> None:
        """Add to the text of the open element."""
        if self._texts:
            self._texts[-1].append(content)
            self._length += len(content)
            if self._length > LONGEST_LINE:
                message = f"{self._path}, line {self._line()}: the item is longer than 16 MiB."
                raise InputFileError(message)
        elif self._is_language and content.strip():
            self._language = content.strip()

    def endElementNS(self, name: _Name, qname: str | None) -> None:  # noqa: ARG002, N802
        """Close an element within an item, or the item."""
        item = self._item
        if item is None:
            self._is_language = False
            return
        if not self._open:
            self._end_item(item)
            return
        key = self._open.pop()
        text = "".join(self._texts.pop()).strip()
        plain = key.removeprefix("g:")
        if self._open:
            # Within `product_detail`, or mark-up within Atom's content.
            self._group[plain] = text
            self._texts[-1].append(f" {text} ")
            return
        if self._group:
            item.groups[plain].append(self._group)
            self._group = {}
        if text:
            item.lists[plain].append(text)
            item.values.setdefault(key, text)

    def _end_item(self, item: FeedItem) -> None:
        own = {key: text for key, text in item.values.items() if not key.startswith("g:")}
        google = {key[2:]: text for key, text in item.values.items() if key.startswith("g:")}
        self.items.append(item._replace(values={**own, **google}))
        self.has_items = True
        self._item = None

    def _line(self) -> int:
        return self._locator.getLineNumber() or 1
