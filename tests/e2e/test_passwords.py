"""What a visitor types as a password can be shown, where scripts run."""

from playwright.sync_api import expect

from tests.e2e.conftest import Visit, on_all_devices


@on_all_devices
def test_a_password_is_shown_and_hidden_again(visit: Visit) -> None:
    page = visit.page
    visit.open("/sign-up")
    field = page.get_by_label("Password")
    expect(field).to_have_attribute("type", "password")
    show = page.get_by_role("button", name="Show password")
    if not visit.has_scripts:
        expect(show).to_have_count(0)
        return
    visit.hand.write(field, "sole mio 1234")
    visit.hand.press(show)
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value("sole mio 1234")
    visit.hand.press(page.get_by_role("button", name="Hide password"))
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_value("sole mio 1234")
