"""Has the tests run that die at fault points in process, beside a house or without one."""

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from tests.faults.in_process import KILLS
from tests.faults.names import CHECKOUT, IN_PROCESS, dying_in_process

ENOUGH = 5
MOST_ROUNDS = 5


class Dying:
    """Rounds of those tests until each of their points was died at often enough; in a thread."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tillway-dying-")
        self._file = Path(self._folder.name) / "kills"
        self._stop = threading.Event()
        self._failures: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._rounds, daemon=True)

    def __enter__(self) -> "Dying":
        self._thread.start()
        return self

    def __exit__(self, *told: object) -> None:
        self._stop.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self._thread.join(timeout=60)
        self._folder.cleanup()

    def wait(self, *, go_on: bool) -> None:
        """Until the rounds are over; unless they are to go on, until the one under way is."""
        if not go_on:
            self._stop.set()
        self._thread.join()

    def kills(self) -> Counter[str]:
        """How often each point was died at so far."""
        return Counter(self._file.read_text().split() if self._file.exists() else ())

    def failures(self) -> list[str]:
        return list(self._failures)

    def _rounds(self) -> None:
        for _ in range(MOST_ROUNDS):
            kills = self.kills()
            if self._stop.is_set() or all(kills[point] >= ENOUGH for point in dying_in_process()):
                return
            self._round()

    def _round(self) -> None:
        modules = sorted({module for modules in IN_PROCESS.values() for module in modules})
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest",
                *modules,
                "-q",
                "-k",
                "dies",
            ],
            cwd=CHECKOUT,
            env={**os.environ, KILLS: str(self._file), "TILLWAY_TEST_NAME": "dying"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said, _ = self._process.communicate()
        if self._process.returncode and not self._stop.is_set():
            failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
            self._failures += failed or [said[-300:]]
