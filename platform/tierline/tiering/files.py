"""Files that pages and the API hand out."""

from __future__ import annotations

import datetime
import io

from flask import send_file
from werkzeug.wrappers import Response

from tierline.tiering.exporting import write_tiers


def tiers_file(scheme_id: str, as_of: datetime.date) -> Response:
    """Return a scheme's tiers as of a day as CSV, with a byte order mark for spreadsheets."""
    content = io.BytesIO()
    text = io.TextIOWrapper(content, encoding="utf-8-sig", newline="", write_through=True)
    write_tiers(text, scheme_id, as_of)
    text.detach()
    content.seek(0)
    name = f"{scheme_id.replace(':', '-')}-{as_of}.csv"
    return send_file(content, mimetype="text/csv", as_attachment=True, download_name=name)
