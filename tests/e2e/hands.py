"""How a visitor works a page: with a pointer, or by the keyboard alone."""

from typing import Any, Protocol

import pytest
from playwright.sync_api import ElementHandle, Locator, Page, expect

# More than any page needs.
MOST_TABS = 250
# What the focus is on, seen from an element: whether that is it, lies behind it, and what of the
# focus can be seen. A card or a tile shows the focus of its link.
_FOCUS = """wanted => {
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    const box = focused.getBoundingClientRect();
    const shows = [focused, focused.closest(".card"), focused.closest(".tile")];
    return {
        document: performance.timeOrigin,
        element: focused.outerHTML.slice(0, 200),
        is_nowhere: focused === document.body,
        is_content: focused.id === "content",
        is_wanted: focused === wanted,
        is_behind: focused !== document.body && wanted !== null &&
            Boolean(focused.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING),
        is_marked: style.boxShadow !== "none" || shows.filter(Boolean).some((one) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(one);
            return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
        }),
        is_in_window: box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0 &&
            box.top < innerHeight && box.left < innerWidth,
    };
}"""


class Hand(Protocol):
    """What a visitor works a page with."""

    def skip_header(self) -> None:
        """Go past the header of a page that was just opened, to its content."""

    def leave(self) -> None:
        """Leave the page for an address; whatever was done on it is done."""

    def reach(self, wanted: Locator) -> None:
        """Go to an element, which is in the window then."""

    def press(self, wanted: Locator) -> None:
        """Press a link, a button or what unfolds something."""

    def tick(self, wanted: Locator) -> None:
        """Tick a box, or choose of a group what a radio button stands for."""

    def choose(self, field: Locator, value: str) -> None:
        """Choose the value of an option of a field."""

    def write(self, field: Locator, text: str) -> None:
        """Write into an empty field."""


class Pointer:
    """A mouse or a finger, which needs no way to an element."""

    def skip_header(self) -> None:
        pass

    def leave(self) -> None:
        pass

    def reach(self, wanted: Locator) -> None:
        wanted.hover()

    def press(self, wanted: Locator) -> None:
        wanted.click()

    def tick(self, wanted: Locator) -> None:
        wanted.check()

    def choose(self, field: Locator, value: str) -> None:
        field.select_option(value)

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)


class Keyboard:
    """Tab, Shift+Tab, Enter, Space, arrows and letters.

    At each stop the focus must be seen, and what changes a page must leave it somewhere.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        # Where the focus was looked at last, by the time at which that page was opened.
        self._document = 0.0

    def skip_header(self) -> None:
        self._page.keyboard.press("Tab")
        expect(self._page.get_by_role("link", name="Skip to content")).to_be_focused()
        self._seen(None)
        self._page.keyboard.press("Enter")
        expect(self._page.locator("#content")).to_be_focused()

    def leave(self) -> None:
        self._kept(None)

    def reach(self, wanted: Locator) -> None:
        expect(wanted).to_be_visible()
        element = wanted.element_handle()
        focus = self._kept(element)
        turns = 0
        was_behind = focus["is_behind"]
        for _ in range(MOST_TABS):
            if focus["is_wanted"]:
                return
            turns += focus["is_behind"] != was_behind
            assert turns < 3, f"Tab passes by {wanted}"
            was_behind = focus["is_behind"]
            self._page.keyboard.press("Shift+Tab" if was_behind else "Tab")
            focus = self._seen(element)
        pytest.fail(f"Tab does not reach {wanted}")

    def press(self, wanted: Locator) -> None:
        self.reach(wanted)
        is_link = wanted.evaluate("one => one.tagName === 'A'")
        self._page.keyboard.press("Enter" if is_link else "Space")

    def tick(self, wanted: Locator) -> None:
        if wanted.get_attribute("type") == "checkbox":
            self.press(wanted)
            expect(wanted).to_be_checked()
            return
        name = wanted.get_attribute("name")
        group = self._page.locator(f"input[type=radio][name='{name}']")
        checked = group.and_(self._page.locator(":checked"))
        self.reach((checked if checked.count() else group).first)
        for _ in range(group.count()):
            if wanted.is_checked():
                break
            self._page.keyboard.press("ArrowDown")
            self._seen(None)
        expect(wanted).to_be_checked()

    def choose(self, field: Locator, value: str) -> None:
        self.reach(field)
        count = field.locator("option").count()
        for key in ["ArrowUp"] * count + ["ArrowDown"] * count:
            if field.input_value() == value:
                break
            self._page.keyboard.press(key)
        expect(field).to_have_value(value)

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self._page.keyboard.type(text)
        expect(field).to_have_value(text)

    def _kept(self, wanted: ElementHandle | None) -> dict[str, Any]:
        """Return where the focus is before the next key; the last one left it somewhere."""
        before, focus = self._document, self._focus(wanted)
        if focus["document"] == before:
            assert not focus["is_nowhere"], "the focus was lost"
            assert focus["is_marked"] or focus["is_content"], focus
        return focus

    def _seen(self, wanted: ElementHandle | None) -> dict[str, Any]:
        """Return where the focus is after a key; it is seen there."""
        focus = self._focus(wanted)
        assert focus["is_marked"], focus
        assert focus["is_in_window"], focus
        return focus

    def _focus(self, wanted: ElementHandle | None) -> dict[str, Any]:
        focus: dict[str, Any] = self._page.evaluate(_FOCUS, wanted)
        self._document = focus["document"]
        return focus
