"""Payments by listed addresses, in every spelling, while the lists are swapped; and broken feeds.

The product's own verbs, in a process (``bench.listed_house``) and on a PostgreSQL of its own:
deposits are judged when they are seen and again when they would be credited, by several callers at
once, while other versions of the lists come into force; then the relay brings each change to
whomever it touches. ``LISTED_PAYMENTS=5000`` does fewer.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PAYMENTS = 50_000


def run(*, seed: int) -> dict[str, Any]:
    # Outside home folders, like the product's own state: PostgreSQL has a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="tillway-listed-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        return _measured(folder, seed=seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path, *, seed: int) -> dict[str, Any]:
    from gateway.supervisor import embedded

    payments = int(os.environ.get("LISTED_PAYMENTS", PAYMENTS))
    embedded.start_postgres(folder=folder / "postgres")
    valkey = embedded.start_valkey(
        socket=folder / "valkey.sock", data_folder=folder / "valkey", persist=False
    )
    try:
        embedded.ensure_database(folder=folder / "postgres", name="tillway")
        environment = {
            **os.environ,
            "TILLWAY_STATE_DIR": str(folder),
            "WEBHOOKS_ALLOW_LOOPBACK": "1",
            "LOG_LEVEL": "ERROR",
        }
        told = subprocess.run(
            [sys.executable, "-m", "bench.listed_house", str(payments), str(seed)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        result: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    finally:
        valkey.stop()
        embedded.stop_postgres(folder=folder / "postgres")
    result["conditions"]["payments_wanted"] = PAYMENTS
    return result
