"""A house to show or to measure: `manage.py up` with a state folder that starts empty."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Never

from gateway.supervisor import embedded
from gateway.supervisor.ports import claim_port
from gateway.supervisor.state import state_dir

CHECKOUT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
OPEN_SECONDS = 150
LOOK_SECONDS = 1.0
LAST_LINES = 12


class HouseEnded(Exception):
    """`manage.py up` is gone though nobody asked it to stop.

    Attributes:
        code: its exit code; negative: the signal that killed it.
        lines: the last lines of its log, or what it printed where it left none.
    """

    def __init__(self, *, code: int, lines: list[str]) -> None:
        self.code, self.lines = code, lines
        super().__init__(f"manage.py up ended with {code}")


class House:
    """`manage.py up` with a state folder of its own beside the checkout's, emptied at the start.

    Args:
        settings: environment that differs from this process's; what that names already stays.
    """

    def __init__(
        self,
        *,
        purpose: str,
        say: Callable[[str], None],
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.state = state_dir().with_name(f"{state_dir().name}-{purpose}")
        shutil.rmtree(self.state, ignore_errors=True)
        self.environment = {
            **settings,
            **os.environ,
            "TILLWAY_STATE_DIR": str(self.state),
            "WEBHOOKS_ALLOW_LOOPBACK": "1",
            "LOG_JSON": "0",
            "LIVE_PORT": str(claim_port(preferred=8_101)),
        }
        self.live_url = f"http://localhost:{self.environment['LIVE_PORT']}"
        self.url = ""
        self._say = say
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [PYTHON, "manage.py", "up", "--quiet", "--while-stdin"],
            cwd=CHECKOUT,
            env=self.environment,
            stdin=subprocess.PIPE,  # closes when we are gone, however that happens
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._printed: deque[str] = deque(maxlen=LAST_LINES)
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + OPEN_SECONDS
        while not self._ready.wait(0.2):
            if (code := self._process.poll()) is not None:
                self._reader.join(timeout=5)
                raise RuntimeError(
                    f"manage.py up ended with {code}: {''.join([*self._printed][-1:])}"
                )
            if time.monotonic() > deadline:
                raise TimeoutError(f"the house is not ready; see {self.state}/house.log")

    def watch(self) -> Never:
        """Stay for as long as it is up.

        Raises:
            HouseEnded
        """
        while (code := self._process.poll()) is None:
            time.sleep(LOOK_SECONDS)
        self._reader.join(timeout=5)
        raise HouseEnded(code=code, lines=self._last_lines())

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run one of the gateway's commands; what it printed."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=CHECKOUT,
            env={**self.environment, "LOG_LEVEL": "ERROR"},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr.strip()[-600:]}")
        return done.stdout.strip()

    def pid_of(self, name: str) -> int | None:
        """The process id of ``manage.py <name>``, as the house runs it now."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_text()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue  # it ended meanwhile
            if parent == self._process.pid and f"manage.py\0{name}\0" in command:
                return int(entry.name)
        return None

    def close(self) -> None:
        if self._process.poll() is not None:
            # Its processes went with it; its services outlive one that was killed.
            embedded.stop_postgres(folder=self.state / "postgres")
            embedded.stop_left_valkey(self.state / "valkey.sock")
        else:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _last_lines(self) -> list[str]:
        try:
            with (self.state / "house.log").open(errors="replace") as log:
                lines = [line.rstrip() for line in deque(log, maxlen=LAST_LINES)]
        except OSError:
            lines = []
        return lines or list(self._printed)

    def _follow(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            text = line.strip()
            if text.startswith("── ready at "):
                self.url = text.removeprefix("── ready at ")
                self._ready.set()
            elif text:
                self._printed.append(text)
                self._say(f"    {text.removeprefix('── ')}")
