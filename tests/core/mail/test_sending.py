"""Mail leaves by the way that TIERLINE_MAIL_URL names, and a way that is shut says so."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tierline.app import create_app
from tierline.config import Settings, SettingsError, home_folder
from tierline.errors import Unavailable
from tierline.mail import Message, address_of, send, send_soon

MESSAGE = Message(
    "li@example.com", "新消息 today", "Open http://localhost:8000/reset/abc.def-ghi\n你好"
)


class Letterbox(socketserver.StreamRequestHandler):
    """As much of an SMTP server as takes one mail."""

    def handle(self) -> None:
        self.say("220 ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.server.mail.append(self.read_mail())  # type: ignore[attr-defined]
                self.server.arrived.set()  # type: ignore[attr-defined]
            self.say("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def read_mail(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).decode()


@pytest.fixture
def letterbox():
    """Run an SMTP server on a free port."""
    with socketserver.TCPServer(("127.0.0.1", 0), Letterbox) as server:
        server.mail, server.arrived = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def application(mail_url: str, base_url: str = "http://localhost:8000"):
    """Return an application that sends mail so; it reaches no other server."""
    settings = Settings(
        database_url="postgresql:///nowhere",
        redis_url="redis://localhost:1/0",
        secret_key="k" * 40,
        home=home_folder(),
        data=Path("/nonexistent"),
        production=False,
    )
    return create_app(replace(settings, mail_url=mail_url, base_url=base_url))


def test_mail_leaves_by_smtp(letterbox):
    app = application(f"smtp://127.0.0.1:{letterbox.server_address[1]}")
    with app.app_context():
        send(MESSAGE)
    assert "To: li@example.com" in letterbox.mail[0]
    assert "From: tierline@example.com" in letterbox.mail[0]


def test_who_asks_for_a_mail_to_be_sent_soon_does_not_wait(letterbox):
    app = application(f"smtp://127.0.0.1:{letterbox.server_address[1]}")
    with app.app_context():
        send_soon(MESSAGE)
    assert letterbox.arrived.wait(20)


def test_a_mail_server_that_is_not_there_is_named():
    app = application("smtp://127.0.0.1:1")
    with app.app_context(), pytest.raises(Unavailable, match="can't be sent"):
        send(MESSAGE)


def test_a_failure_to_send_soon_is_logged_and_hurts_nobody(capsys):
    app = application("smtp://127.0.0.1:1")
    with app.app_context():
        send_soon(MESSAGE)
    app.extensions["tierline.mail.sender"].shutdown(wait=True)
    assert "mail.failed" in capsys.readouterr().err


def test_the_console_shows_links_whole_and_chinese_as_it_is(capsys):
    app = application("console:")
    with app.app_context():
        send(MESSAGE)
    shown = capsys.readouterr().out
    assert "http://localhost:8000/reset/abc.def-ghi\n你好" in shown
    assert "新消息" in shown


@pytest.mark.parametrize("mail_url", ["", "pigeon://here", "smtp:", "localhost:25"])
def test_a_way_that_there_is_not_keeps_the_application_from_starting(mail_url):
    with pytest.raises(SettingsError, match="TIERLINE_MAIL_URL"):
        application(mail_url)


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("http://localhost:8000", "http://localhost:8000/login"),
        ("https://crm.example.com/", "https://crm.example.com/login"),
        ("https://example.com/crm", "https://example.com/crm/login"),
    ],
)
def test_addresses_in_mails_stand_below_the_base_address(base, address):
    app = application("console:", base)
    with app.app_context():
        assert address_of("security.login") == address


@pytest.mark.parametrize("part", ["to", "subject"])
def test_nobody_slips_a_line_into_the_head_of_a_mail(part):
    with pytest.raises(ValueError, match="newlines"):
        replace(MESSAGE, **{part: "Hello\nBcc: everybody@example.com"})
