"""Where an unconfigured checkout keeps its embedded services' files.

The folder's name carries the user and the checkout's path, so that two checkouts on one machine
never share a database. It lies outside home folders: the embedded PostgreSQL, when run by root,
opens every parent folder of its data to its own user.
"""

import hashlib
import os
import secrets
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def state_dir() -> Path:
    """The folder of this checkout's embedded services; created on first use."""
    configured = os.environ.get("TILLWAY_STATE_DIR")
    if configured:
        folder = Path(configured).resolve()
    else:
        digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
        folder = Path("/var/tmp") / f"tillway-{os.getuid()}-{digest}"  # noqa: S108 (see above)
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    return folder


def local_secret(name: str, *, length_bytes: int = 32) -> str:
    """A random secret of this checkout, made once and kept in a file only its user can read."""
    path = state_dir() / f"{name}.secret"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    value = secrets.token_hex(length_bytes)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    return value
