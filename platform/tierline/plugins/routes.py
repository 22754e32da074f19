"""Pages and API of an extension: blueprints below addresses of its own.

They are the platform's own kinds of blueprint, so an extension's routes name their permissions,
have the tenant in scope and are committed at the edge, as every route. To a tenant that has not
enabled the plugin they do not exist.
"""

from __future__ import annotations

from pathlib import Path

from tierline.api import ApiBlueprint
from tierline.web.pages import PublicPages


class ExtensionPages(PublicPages):
    """Pages of an extension, below /t/<tenant>/x/<plugin>.

    `folder` holds its templates, below templates/<plugin>/, so that no name meets another's.
    """

    def __init__(self, plugin: str, import_name: str, folder: Path) -> None:
        super().__init__(
            f"x_{plugin}",
            import_name,
            url_prefix=f"/t/<tenant>/x/{plugin}",
            template_folder=str(folder / "templates"),
        )
        self.plugin = plugin


class ExtensionApi(ApiBlueprint):
    """API of an extension, below /api/v1/t/<tenant>/x/<plugin>."""

    def __init__(self, plugin: str, import_name: str, *, description: str) -> None:
        super().__init__(f"x_{plugin}", import_name, description=description)
        self.url_prefix = f"/api/v1/t/<tenant>/x/{plugin}"
        self.plugin = plugin
