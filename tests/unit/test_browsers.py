"""Settings of what browsers may ask."""

from pathlib import Path
from typing import Any

import pytest

from alsolike.errors import SettingError
from alsolike.settings import Settings, load_settings

KEYS = {"ALSOLIKE_API_KEYS": "k" * 16}
SECRET = "s" * 32


def read(home: Path, **variables: str) -> Settings:
    return load_settings({"ALSOLIKE_HOME": str(home), **variables})


def test_by_default_browsers_may_ask_nothing(tmp_path: Path) -> None:
    found = read(tmp_path).browsers
    assert found.origins == ()
    assert found.public_origin == ""
    assert not found.has_tokens


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("https://shop.example.com", ("https://shop.example.com",)),
        (
            "https://a.example, http://LOCALHOST:8080,",
            ("https://a.example", "http://localhost:8080"),
        ),
        ("https://a.example:443,http://b.example:80", ("https://a.example", "http://b.example")),
        ("http://a.example:443", ("http://a.example:443",)),
    ],
)
def test_origins_are_written_as_browsers_write_them(
    tmp_path: Path, given: str, origins: tuple[str, ...]
) -> None:
    assert read(tmp_path, ALSOLIKE_CORS_ORIGINS=given).browsers.origins == origins


@pytest.mark.parametrize(
    "given", ["*", "null", "shop.example.com", "https://shop.example.com/", "https://*.example.com",
              "https://a.example/x", "ftp://a.example", "https://a b", "https://u@a.example"]
)  # fmt: skip
@pytest.mark.parametrize("name", ["ALSOLIKE_CORS_ORIGINS", "ALSOLIKE_PUBLIC_ORIGIN"])
def test_what_is_no_origin_is_refused(tmp_path: Path, name: str, given: str) -> None:
    with pytest.raises(SettingError, match=f"{name} has .*such as https://shop.example.com"):
        read(tmp_path, **{name: given})


@pytest.mark.parametrize(
    "variables",
    [
        {"ALSOLIKE_TOKEN_KEY": SECRET},
        {"ALSOLIKE_TOKEN_JWKS": "https://shop.example.com/jwks"},
        {"ALSOLIKE_TOKEN_JWKS": "http://127.0.0.1:8080/jwks"},
        {"ALSOLIKE_TOKEN_JWKS": "/etc/alsolike/keys.json", "ALSOLIKE_TOKEN_AUDIENCE": "mine"},
    ],
)
def test_tokens_are_taken_beside_keys(tmp_path: Path, variables: dict[str, Any]) -> None:
    assert read(tmp_path, **KEYS, **variables).browsers.has_tokens
    with pytest.raises(SettingError, match="set ALSOLIKE_API_KEYS"):
        read(tmp_path, **variables)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ALSOLIKE_TOKEN_KEY": "short"}, "ALSOLIKE_TOKEN_KEY cannot be used. .*32 bytes"),
        ({"ALSOLIKE_TOKEN_JWKS": "http://shop.example.com/jwks"}, "https://"),
        ({"ALSOLIKE_TOKEN_JWKS": "file:///etc/keys"}, "https://"),
        ({"ALSOLIKE_TOKEN_JWKS": "https:///keys"}, "https://"),
        ({"ALSOLIKE_TOKEN_KEY": SECRET, "ALSOLIKE_TOKEN_JWKS": "x"}, "set one of them"),
    ],
)
def test_what_would_protect_nobody_is_refused(
    tmp_path: Path, variables: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingError, match=message) as refused:
        read(tmp_path, **KEYS, **variables)
    assert "short" not in str(refused.value)


def test_a_secret_is_in_no_representation(tmp_path: Path) -> None:
    assert SECRET not in repr(read(tmp_path, **KEYS, ALSOLIKE_TOKEN_KEY=SECRET))
