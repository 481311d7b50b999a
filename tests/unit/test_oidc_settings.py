"""Settings of the shop's identity provider."""

from pathlib import Path

import pytest

from alsolike.errors import SettingError
from alsolike.oidc_settings import OidcSettings, is_safe_address
from alsolike.settings import load_settings

GIVEN = {
    "ALSOLIKE_OIDC_ISSUER": "https://login.example.com/realms/shop",
    "ALSOLIKE_OIDC_CLIENT_ID": "alsolike",
    "ALSOLIKE_OIDC_CLIENT_SECRET": "a secret that nobody sees",
}
# Where others reach the site.
OPEN = {"ALSOLIKE_HOST": "0.0.0.0", "ALSOLIKE_API_KEYS": "k" * 16}  # noqa: S104


def read(home: Path, **variables: str) -> OidcSettings:
    return load_settings({"ALSOLIKE_HOME": str(home), **variables}).oidc


def test_by_default_there_is_no_provider(tmp_path: Path) -> None:
    assert not read(tmp_path)


def test_what_is_given_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        **GIVEN,
        ALSOLIKE_OIDC_SCOPES="openid  email openid",
        ALSOLIKE_OIDC_SHOPPER_CLAIM="customer_number",
        ALSOLIKE_OIDC_BUTTON=" Sign in with ACME ",
    )
    assert found
    assert found.issuer == "https://login.example.com/realms/shop"
    assert (found.client_id, found.client_secret) == ("alsolike", "a secret that nobody sees")
    assert found.scopes == ("openid", "email")
    assert (found.shopper_claim, found.name_claim) == ("customer_number", "name")
    assert found.button == "Sign in with ACME"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ALSOLIKE_OIDC_ISSUER": "http://login.example.com"}, "begins with https://"),
        ({"ALSOLIKE_OIDC_ISSUER": "login.example.com"}, "begins with https://"),
        ({"ALSOLIKE_OIDC_ISSUER": "https://[x"}, "begins with https://"),
        ({"ALSOLIKE_OIDC_ISSUER": "https://login.example.com?realm=shop"}, "neither"),
        ({"ALSOLIKE_OIDC_CLIENT_ID": ""}, "register alsolike at the provider"),
        ({"ALSOLIKE_OIDC_ISSUER": ""}, "set the provider's address too"),
        ({"ALSOLIKE_OIDC_SCOPES": "profile"}, "openid among them"),
        ({"ALSOLIKE_OIDC_SCOPES": 'openid "x"'}, "openid among them"),
        ({"ALSOLIKE_OIDC_BUTTON": "a\nb"}, "one line"),
        (OPEN, "needs ALSOLIKE_PUBLIC_ORIGIN"),
        ({"ALSOLIKE_PUBLIC_ORIGIN": "http://shop.example.com"}, "begins with https://"),
    ],
    ids=[
        "insecure", "no scheme", "no address", "query", "no client", "no issuer", "no openid",
        "no scope", "lines", "no origin", "insecure origin",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_what_to_do(
    tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingError, match=message) as refused:
        read(tmp_path, **{**GIVEN, **variables})
    assert "nobody sees" not in str(refused.value)


def test_a_public_origin_is_where_shoppers_are_sent_back_to(tmp_path: Path) -> None:
    assert read(tmp_path, **GIVEN, **OPEN, ALSOLIKE_PUBLIC_ORIGIN="https://shop.example.com")


def test_the_secret_is_in_no_representation(tmp_path: Path) -> None:
    assert "nobody sees" not in repr(read(tmp_path, **GIVEN))


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://login.example.com", True),
        ("http://127.0.0.1:9400", True),
        ("http://localhost/realms/shop", True),
        ("http://[::1]:9400", True),
        ("http://localhost.example.com", False),
        ("https://", False),
        ("ftp://127.0.0.1", False),
    ],
)
def test_an_address_is_safe_over_https_and_on_this_machine(address: str, *, is_safe: bool) -> None:
    assert is_safe_address(address) is is_safe
