"""Named places at which a process may be made to die, to prove that nothing is lost there.

A place is a line ``point("payout.queued")``: it looks one attribute up while nothing is armed,
which is always so unless FAULT_PLAN names a folder, and live mode refuses that. The folder may
appear and change while processes run; it holds a file ``*.armed`` for each death wanted, whose text
is "<point> <passing>": the process that is first to pass the point so often since it saw the file
kills itself, as the kernel would, with nothing flushed and nothing closed. It renames the file to
``*.struck`` before, so that each file kills once.
"""

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

ARMED: Final = ".armed"
STRUCK: Final = ".struck"
PASSED: Final = ".passed"
"""Of the file beside the folder that lists the points passed at all, once a process."""


@dataclass(slots=True)
class _Death:
    """A file that this process saw: where, and how many passings are left."""

    name: str
    left: int


class Plan:
    """The deaths wanted, as one process follows them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._changed_at = -1
        self._deaths: dict[Path, _Death] = {}
        self._told: set[str] = set()

    def passes(self, name: str) -> None:
        """This process is at the point; it does not come back from here if its time has come."""
        with self._lock:
            self._look()
            self._tell(name)
            for file, death in self._deaths.items():
                if death.name != name:
                    continue
                death.left -= 1
                if death.left <= 0 and _taken(file):
                    os.kill(os.getpid(), signal.SIGKILL)

    def _look(self) -> None:
        """Read the folder again if it changed; what was counted of a file counts on."""
        try:
            changed_at = self._folder.stat().st_mtime_ns
        except OSError:
            return
        if changed_at == self._changed_at:
            return
        self._changed_at = changed_at
        known, self._deaths = self._deaths, {}
        for file in self._folder.glob(f"*{ARMED}"):
            try:
                name, _, passing = file.read_text().partition(" ")
            except OSError:
                continue  # another process dies of it in this moment
            self._deaths[file] = known.get(file) or _Death(name=name.strip(), left=int(passing))

    def _tell(self, name: str) -> None:
        if name in self._told or not self._folder.is_dir():
            return
        self._told.add(name)
        with self._folder.with_suffix(PASSED).open("a") as file:
            file.write(f"{name}\n")


class Follower(Protocol):
    """Whoever is told of each point that this process passes; it may not come back from there."""

    def passes(self, name: str) -> None: ...


class _Armed:
    plan: Follower | None = None


def point(name: str) -> None:
    """A process may die here without harm. With nothing armed this does nothing."""
    if _Armed.plan is not None:
        _Armed.plan.passes(name)


def arm(plan: Follower | None) -> Follower | None:
    """Have ``plan`` followed from now on, None: none any more; the one that was followed before."""
    before, _Armed.plan = _Armed.plan, plan
    return before


def _taken(file: Path) -> bool:
    try:
        file.rename(file.with_suffix(STRUCK))
    except OSError:
        return False
    return True
