"""An address that cannot be served at is told before anything starts."""

import dataclasses
import socket

import pytest

from alsolike.settings import load_settings
from api.serve import ServeError, serve


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = dataclasses.replace(load_settings(), host="127.0.0.1", port=port)
        with pytest.raises(ServeError, match=f"127.0.0.1:{port}.*ALSOLIKE_PORT") as raised:
            serve(settings)
    assert "\n" not in str(raised.value)


def test_a_host_that_is_not_ours_is_one_clear_line() -> None:
    settings = dataclasses.replace(load_settings(), host="192.0.2.1", port=8000)
    with pytest.raises(ServeError, match="ALSOLIKE_HOST"):
        serve(settings)
