"""The mail back end of the demonstration: a mail is printed as a person reads it.

flask-mailman's own prints the encoded form, in which a link is broken over lines and Chinese is
not to be read at all.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flask_mailman import EmailMessage
from flask_mailman.backends.base import BaseEmailBackend

RULE = "-" * 72


class EmailBackend(BaseEmailBackend):  # type: ignore[misc]
    """Print mails on standard output."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print the mails; return their number."""
        for message in email_messages:
            head = [f"Mail to {', '.join(message.to)}", f"Subject: {message.subject}"]
            sys.stdout.write("\n".join([RULE, *head, "", message.body.strip(), RULE, ""]))
        sys.stdout.flush()
        return len(email_messages)
