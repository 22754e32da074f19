"""Mail: a platform service. Features say what to send; this says how it leaves."""

from tierline.mail.addresses import address_of
from tierline.mail.service import Message, send, send_soon

__all__ = ["Message", "address_of", "send", "send_soon"]
