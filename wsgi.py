"""The application for any WSGI server: `gunicorn wsgi:application`, with its settings in the
environment (DATABASE_URL, REDIS_URL, SECRET_KEY; see docs/operators.md).
"""

import sys

from tierline.app import create_app
from tierline.config import SettingsError
from tierline.plugins.processes import keep_known

try:
    application = app = create_app()
    keep_known(application)
except SettingsError as error:
    sys.exit(f"Tierline does not start: {error.message}")
