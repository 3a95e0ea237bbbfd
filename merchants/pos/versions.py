"""Which version of the till's pages a tablet shows, for the list of tills."""

from pathlib import PurePosixPath
from typing import Any, Final, cast

from django.contrib.staticfiles.storage import staticfiles_storage

SCRIPT: Final = "js/till.js"
NOT_COLLECTED: Final = "dev"


def app_version() -> str:
    """The hash in the name under which browsers keep the till's script, its imports included; the
    same word for all where files are served as they stand."""
    stored = cast(Any, staticfiles_storage).stored_name(SCRIPT)
    parts = PurePosixPath(stored).name.split(".")
    return parts[1] if len(parts) == 3 else NOT_COLLECTED
