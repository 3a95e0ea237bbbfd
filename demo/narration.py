"""How the demo talks: one line a step, a tick when it held, and how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class StepFailed(Exception):
    """A step of the demo did not hold."""


@dataclass
class Narrator:
    """Tells each step and keeps what it measured for the summary."""

    figures: dict[str, Any] = field(default_factory=dict)
    failed: str = ""

    def say(self, line: str = "") -> None:
        print(line, flush=True)

    @contextmanager
    def step(self, title: str, *, key: str) -> Iterator[list[str]]:
        """A step; what it appends to the yielded list is told behind its tick."""
        notes: list[str] = []
        started = time.monotonic()
        if sys.stdout.isatty():
            print(f"  … {title}", end="\r", flush=True)
        try:
            yield notes
        except Exception as error:
            self.failed = key
            print(f"  ✗ {title}: {error}", flush=True)
            raise StepFailed(title) from error
        seconds = time.monotonic() - started
        self.figures[f"{key}_s"] = round(seconds, 2)
        told = f": {', '.join(notes)}" if notes else ""
        print(f"  ✓ {title}{told} ({seconds:.1f} s)", flush=True)
