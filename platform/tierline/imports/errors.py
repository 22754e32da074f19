"""What can be wrong with a file as a whole; rows have findings instead."""

from __future__ import annotations

from tierline.errors import Malformed
from tierline.marking import N_


class FileUnreadable(Malformed):
    """A file must be text or a workbook that can be read to its end; the row is named."""

    code = "file_unreadable"
    title = N_("The file can't be read")


class FileTooLarge(FileUnreadable):
    """A file must keep to the limits, unpacked; a small file can hide a very large one."""

    code = "file_too_large"
    status = 413
    title = N_("The file is too large")
