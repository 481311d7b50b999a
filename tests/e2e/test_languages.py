"""The switch of the language, with and without JavaScript."""

from playwright.sync_api import expect

from tests.e2e.conftest import Visit


def test_a_visitor_reads_on_in_another_language(visit: Visit) -> None:
    visit.open("/search?q=lamp")
    page = visit.page
    address = page.url
    switch = page.get_by_role("form", name="Language")
    expect(switch.get_by_text("English")).to_have_attribute("aria-current", "true")

    switch.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url == address
    expect(page.get_by_role("link", name="Войти")).to_be_visible()

    visit.open("/privacy")
    expect(page.get_by_role("heading", level=1)).to_have_text("Конфиденциальность")
    page.get_by_role("form", name="Язык").get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Datenschutz")
