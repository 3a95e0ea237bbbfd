"""Start processes, join their logs, start again what dies, stop everything cleanly."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gateway.supervisor.orphans import die_with_parent
from gateway.supervisor.processes import ProcessSpec

MAX_RESTART_SECONDS = 30.0
STEADY_SECONDS = 30.0
"""A process that ran this long starts again at once; one that dies sooner waits longer."""
LOOK_SECONDS = 0.2
COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)


@dataclass(slots=True)
class _Child:
    spec: ProcessSpec
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = 0.0


class Supervisor:
    """Runs a table of processes until ``stop``; one instance, used by one thread."""

    def __init__(
        self,
        *,
        folder: Path,
        environment: dict[str, str],
        state_folder: Path,
        output: TextIO = sys.stdout,
        log_file: Path | None = None,
        quiet: bool = False,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._state_folder = state_folder
        self._output = output
        self._log = log_file.open("a", buffering=1) if log_file else None
        self._quiet = quiet
        self._children: list[_Child] = []
        self._lock = threading.Lock()
        self._width = 8

    def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Start these processes, after those that already run."""
        for spec in specs:
            self._width = max(self._width, len(spec.name))
            child = _Child(spec=spec)
            self._children.append(child)
            self._spawn(child)

    def watch(self) -> None:
        """Look once at every process, and start again what died; never blocks for long."""
        now = time.monotonic()
        for child in self._children:
            process = child.process
            if process is not None and process.poll() is not None:
                # Workers it left behind would hold its port, and answer with what it knew.
                _signal_group(process, signal.SIGKILL)
                steady = now - child.started_at > STEADY_SECONDS
                child.failures = 1 if steady else child.failures + 1
                wait = min(2.0 ** (child.failures - 1) - 1, MAX_RESTART_SECONDS)
                child.start_again_at = now + wait
                child.process = None
                self.say(
                    child.spec.name,
                    f"ended with status {process.returncode}; starts again in {wait:.0f} s",
                )
            elif process is None and now >= child.start_again_at:
                self._spawn(child)

    def stop(self) -> None:
        """Stop everything, last started first: SIGTERM, and SIGKILL to what doesn't listen."""
        running = [child for child in reversed(self._children) if child.process is not None]
        for child in running:
            assert child.process is not None
            _signal_group(child.process, signal.SIGTERM)
        for child in running:
            process = child.process
            assert process is not None
            try:
                process.wait(timeout=child.spec.stop_seconds)
            except subprocess.TimeoutExpired:
                self.say(child.spec.name, "does not stop; killed")
                _signal_group(process, signal.SIGKILL)
                process.wait()
            # A worker may have left children of its own behind.
            _signal_group(process, signal.SIGKILL)
            child.process = None
        self._children.clear()
        if self._log:
            self._log.close()
            self._log = None

    def is_running(self, name: str) -> bool:
        return any(
            child.spec.name == name and child.process is not None and child.process.poll() is None
            for child in self._children
        )

    def pid_of(self, name: str) -> int | None:
        """The process id of a running process; None if it doesn't run now."""
        for child in self._children:
            if child.spec.name == name and child.process is not None:
                return child.process.pid
        return None

    def say(self, name: str, line: str) -> None:
        """One line of a process's log: to the file always, to the screen unless quiet."""
        with self._lock:
            if self._log:
                self._log.write(f"{name.ljust(self._width)} {line}\n")
            if not self._quiet:
                self._output.write(f"{_coloured(name.ljust(self._width), name)} {line}\n")
                self._output.flush()

    def _spawn(self, child: _Child) -> None:
        spec = child.spec
        command = [part.replace("{state}", str(self._state_folder)) for part in spec.command]
        child.process = subprocess.Popen(
            command,
            cwd=self._folder,
            env={**self._environment, **spec.environment, "PROCESS_NAME": spec.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
            # Killed, we leave none behind: the next house would find its places taken.
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  one system call, no lock
        )
        child.started_at = time.monotonic()
        threading.Thread(
            target=self._join_log, args=(spec.name, child.process), daemon=True
        ).start()

    def _join_log(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip():
                self.say(name, line.rstrip())


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _coloured(text: str, name: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    return f"\033[{colour}m{text}\033[0m"
