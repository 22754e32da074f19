"""The frame that every feature's pages stand in: guards, layout, navigation, language."""

from tierline.web.guards import ANYONE, OPERATOR, SIGNED_IN
from tierline.web.navigation import navigation_entry
from tierline.web.pages import Pages, PublicPages, page, see

__all__ = [
    "ANYONE",
    "OPERATOR",
    "SIGNED_IN",
    "Pages",
    "PublicPages",
    "navigation_entry",
    "page",
    "see",
]
