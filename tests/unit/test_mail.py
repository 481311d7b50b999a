"""Messages reach the mail server as they were written, or are files."""

import email
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest

from alsolike.mail import MailError, compose, deliver
from alsolike.mail_settings import MailSettings, read_mail_settings

TO = "anna@example.com"


class Server(threading.Thread):
    """A mail server for one message."""

    def __init__(self, to_recipient: str = "250 ok") -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._answers = {
            "EHLO": "250 here",
            "DATA": "354 go on",
            "QUIT": "221 bye",
            "RCPT": to_recipient,
        }
        self.port = self._listening.getsockname()[1]
        self.lines: list[str] = []

    def run(self) -> None:
        with self._listening, self._listening.accept()[0] as client:
            lines = client.makefile("rw", encoding="utf-8", newline="\r\n")
            lines.write("220 here\n")
            lines.flush()
            is_data = False
            for line in lines:
                self.lines.append(line.rstrip())
                is_data = is_data and line.rstrip() != "."
                if not is_data:
                    lines.write(self._answers.get(line[:4].upper(), "250 ok") + "\n")
                    lines.flush()
                is_data = is_data or line[:4].upper() == "DATA"
                if line[:4].upper() == "QUIT":
                    return


@pytest.fixture
def settings(tmp_path: Path) -> MailSettings:
    return read_mail_settings(
        {"ALSOLIKE_SMTP_SECURITY": "none", "ALSOLIKE_MAIL_FROM": "Shop <shop@example.com>"},
        tmp_path,
    )


@pytest.fixture
def server(settings: MailSettings) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.join(10)


def test_a_message_reaches_the_server(settings: MailSettings, server: Server) -> None:
    to_server = replace(settings, host="127.0.0.1", port=server.port)
    deliver(to_server, compose(to_server, TO, "A subject", "A text, ein Gruß.\n"))
    assert "mail FROM:<shop@example.com>" in " ".join(server.lines)
    assert f"rcpt TO:<{TO}>" in server.lines
    assert "Subject: A subject" in server.lines
    assert "From: Shop <shop@example.com>" in server.lines
    assert "Auto-Submitted: auto-generated" in server.lines


def test_without_a_server_a_message_is_a_file_of_its_owner(settings: MailSettings) -> None:
    for _ in range(2):
        deliver(settings, compose(settings, TO, "A subject", "A text.\n"))
    first, second = settings.folder.iterdir()
    assert first.suffix == second.suffix == ".eml"
    assert b"Subject: A subject" in first.read_bytes()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_link_can_be_copied_from_the_file(settings: MailSettings) -> None:
    link = f"https://shop.example.com/account/claim?token={'=a' * 60}"
    deliver(settings, compose(settings, TO, "Привет", f"Здравствуйте!\n\n{link}\n"))
    (file,) = settings.folder.iterdir()
    lines = file.read_text(encoding="utf-8").splitlines()
    assert "Здравствуйте!" in lines
    assert link in lines
    found = email.message_from_bytes(file.read_bytes(), policy=default).get_body()
    assert found is not None
    assert found.get_content() == f"Здравствуйте!\n\n{link}\n"


def test_a_mail_server_gets_short_lines_of_ascii(settings: MailSettings, server: Server) -> None:
    to_server = replace(settings, host="127.0.0.1", port=server.port)
    deliver(to_server, compose(to_server, TO, "Привет", f"Здравствуйте!\n\n{'a' * 200}\n"))
    assert all(line.isascii() and len(line) <= 998 for line in server.lines)


def test_a_failure_names_no_address(settings: MailSettings) -> None:
    refusing = Server("550 no such person")
    refusing.start()
    for port in (refusing.port, 1):
        to_server = replace(settings, host="127.0.0.1", port=port)
        with pytest.raises(MailError) as raised:
            deliver(to_server, compose(to_server, TO, "A subject", "A text.\n"))
        assert TO not in str(raised.value)
    refusing.join(10)


@pytest.mark.parametrize("name", ["To", "Subject"])
def test_no_line_end_makes_another_header(settings: MailSettings, name: str) -> None:
    parts = {"To": TO, "Subject": "A subject"}
    parts[name] += "\nBcc: bob@example.com"
    with pytest.raises(ValueError, match=r"newline|linefeed|carriage|CR or LF"):
        compose(settings, parts["To"], parts["Subject"], "A text.")


@pytest.mark.parametrize("address", ["=?x?q?victim?=@example.com", "a.b+c=d@mail.example.com"])
def test_a_message_goes_to_the_address_as_it_is_written(
    settings: MailSettings, server: Server, address: str
) -> None:
    to_server = replace(settings, host="127.0.0.1", port=server.port)
    deliver(to_server, compose(to_server, address, "A subject", "A text.\n"))
    assert [line for line in server.lines if line.lower().startswith("rcpt")] == [
        f"rcpt TO:<{address}>"
    ]
