"""The frame of the API: blueprints, problem details, ETags, keyset paging."""

from tierline.api.blueprint import ApiBlueprint, PlatformApiBlueprint
from tierline.api.etags import check_version, set_version
from tierline.api.paging import PageQuery, page_of, page_schema
from tierline.api.schema import Schema

__all__ = [
    "ApiBlueprint",
    "PageQuery",
    "PlatformApiBlueprint",
    "Schema",
    "check_version",
    "page_of",
    "page_schema",
    "set_version",
]
