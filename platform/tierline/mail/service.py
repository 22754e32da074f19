"""Sending mail by the way that TIERLINE_MAIL_URL names.

A mail that a tenant's act causes is sent by a job, so that it leaves after the commit and can be
tried again. One without a tenant (a password reset) is sent by `send_soon`.
"""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from flask import Flask, current_app
from flask_babel import gettext as _
from flask_mailman import EmailMessage, Mail

from tierline.config import Settings, SettingsError
from tierline.errors import Unavailable

log = structlog.get_logger()

SENDER = "tierline.mail.sender"
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Message:
    """A mail in plain text. Its head is one line each, so that nobody slips in another."""

    to: str
    subject: str
    text: str

    def __post_init__(self) -> None:
        if any(letter in self.to + self.subject for letter in "\r\n"):
            raise ValueError("a mail's recipient and subject must not contain newlines")


def install(app: Flask) -> None:
    """Configure how mail leaves; raises SettingsError for a mail address that can't be used."""
    settings: Settings = app.extensions["tierline.settings"]
    app.config.update(_configuration(settings.mail_url))
    app.config["MAIL_DEFAULT_SENDER"] = settings.mail_sender
    app.config["MAIL_TIMEOUT"] = TIMEOUT_SECONDS
    Mail(app)
    # Threads of its own keep the time of an answer from telling whether a mail was sent.
    slow = app.config["MAIL_BACKEND"] == "smtp"
    app.extensions[SENDER] = ThreadPoolExecutor(2, "mail") if slow else None


def _configuration(mail_url: str) -> dict[str, Any]:
    url = urlsplit(mail_url)
    if url.scheme == "console":
        return {"MAIL_BACKEND": "tierline.mail.console"}
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise SettingsError(
            f"TIERLINE_MAIL_URL can't be {mail_url!r}; use console: or smtp://user:password@host:port",
            fields={"TIERLINE_MAIL_URL": ["must be console: or begin with smtp:// or smtps://"]},
        )
    secure = url.scheme == "smtps"
    return {
        "MAIL_BACKEND": "smtp",
        "MAIL_SERVER": url.hostname,
        "MAIL_PORT": url.port or (465 if secure else 587 if url.username else 25),
        "MAIL_USE_SSL": secure,
        "MAIL_USE_TLS": not secure and url.username is not None,
        "MAIL_USERNAME": unquote(url.username) if url.username else None,
        "MAIL_PASSWORD": unquote(url.password) if url.password else None,
    }


def render(template: str, **values: Any) -> str:
    """Return a mail's text, in the language in force; jobs have no request to ask."""
    return str(current_app.jinja_env.get_template(template).render(values))


def send(message: Message) -> None:
    """Send a mail now; raises Unavailable where the mail server can't be used."""
    try:
        EmailMessage(message.subject, message.text, to=[message.to]).send()
    except (OSError, smtplib.SMTPException) as error:
        found = f"{type(error).__name__}: {error}"
        raise Unavailable(_("The mail can't be sent: %(error)s", error=found)) from error


def send_soon(message: Message) -> None:
    """Send a mail without letting the caller wait; a failure is logged."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    pool: ThreadPoolExecutor | None = app.extensions[SENDER]
    if pool is None:
        send(message)
    else:
        pool.submit(_send_in_thread, app, message)


def _send_in_thread(app: Flask, message: Message) -> None:
    with app.app_context():
        try:
            send(message)
        except Unavailable as error:
            log.error("mail.failed", to=message.to, error=error.message)
