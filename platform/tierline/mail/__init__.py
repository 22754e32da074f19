"""Mail: a platform service. Features say what to send; this says how it leaves."""

from tierline.mail.addresses import address_of
from tierline.mail.service import Message, render, send, send_soon

__all__ = ["Message", "address_of", "render", "send", "send_soon"]
