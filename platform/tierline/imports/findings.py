"""What may be found wrong with any row: columns, missing values, values that can't be read.

A row's findings are the bits of one whole number, in the order of `mappings.all_findings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.errors import Invalid
from tierline.imports.mappings import ImportMap
from tierline.imports.registry import Finding

if TYPE_CHECKING:
    from tierline.imports.registry import RecordType

WRONG_COLUMNS = "wrong_columns"
MOST = 62  # bits that a bigint has to spare
KEEP_EMPTY = "keep"  # import the row without the value


def field_findings(record_type: RecordType, mapping: ImportMap) -> list[Finding]:
    """Return the findings that follow from the fields that are mapped."""
    found = [Finding(WRONG_COLUMNS, _l("The row has too few or too many columns"))]
    for field in record_type.fields():
        if field.name not in mapping.sources:
            continue
        title = str(field.title)
        if field.required:
            found.append(Finding(f"missing_{field.name}", _("%(field)s is missing", field=title)))
        treatments = ("reject",) if field.required else ("reject", KEEP_EMPTY)
        found.append(
            Finding(f"invalid_{field.name}", _("%(field)s can't be read", field=title), treatments)
        )
    return found


def check_number(findings: Sequence[Finding]) -> None:
    """Raise Invalid where more things may be found than a row can note."""
    if len(findings) > MOST:
        raise Invalid(
            _(
                "A file can fill about %(most)s fields at once. Map fewer columns, in two imports.",
                most=MOST,
            ),
            fields={"columns": [_("are too many")]},
        )
