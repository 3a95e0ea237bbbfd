"""Which version of the till's pages a tablet shows, and which files its shell is."""

import hashlib
from pathlib import PurePosixPath
from typing import Any, Final, cast

from django.contrib.staticfiles.storage import staticfiles_storage

SCRIPT: Final = "js/till.js"
NOT_COLLECTED: Final = "dev"
SHELL: Final = (
    "css/tillway.css",
    "pos/offline.css",
    "pos/tickets.css",
    "img/tillway.svg",
    SCRIPT,
    "js/away_sales.js",
    "js/away_sums.js",
    "js/away_ticket.js",
    "js/device.js",
    "js/drafts.js",
    "js/kept.js",
    "js/line.js",
    "js/live.js",
    "js/page.js",
    "js/scans.js",
    "js/shell.js",
    "js/sounds.js",
)
"""All that the till's page loads: without a connection it is shown by these alone."""


def app_version() -> str:
    """The hash in the name under which browsers keep the till's script, its imports included; the
    same word for all where files are served as they stand."""
    stored = cast(Any, staticfiles_storage).stored_name(SCRIPT)
    parts = PurePosixPath(stored).name.split(".")
    return parts[1] if len(parts) == 3 else NOT_COLLECTED


def shell_files() -> list[str]:
    """Where the shell's files are: once collected, under names that carry their content's hash."""
    return [staticfiles_storage.url(name) for name in SHELL]


def shell_version() -> str:
    """Another word for each other set of the shell's files, after the version of its script."""
    names = "\n".join(shell_files()).encode()
    return f"{app_version()}-{hashlib.sha256(names).hexdigest()[:8]}"
