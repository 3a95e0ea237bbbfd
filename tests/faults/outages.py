"""What ends a process or a service from outside: deaths at points, and whole services gone."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis

from gateway.events.points import ARMED, PASSED, STRUCK
from tests.house.place import Place


@dataclass(slots=True)
class Deaths:
    """The plan of a house: which points kill, and which did."""

    folder: Path

    def open(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.with_suffix(PASSED).unlink(missing_ok=True)
        self.folder.mkdir(parents=True)

    def arm(self, number: int, point: str, *, passing: int) -> None:
        draft = self.folder / f"{number}.draft"
        draft.write_text(f"{point} {passing}")
        draft.rename(draft.with_suffix(ARMED))

    def disarm(self) -> None:
        for file in self.folder.glob(f"*{ARMED}"):
            file.unlink(missing_ok=True)

    def struck(self) -> dict[int, str]:
        """The points that killed, by the run that armed them."""
        return {
            int(file.stem): file.read_text().partition(" ")[0]
            for file in self.folder.glob(f"*{STRUCK}")
        }

    def passed(self) -> set[str]:
        try:
            return set(self.folder.with_suffix(PASSED).read_text().split())
        except OSError:
            return set()


def postgres_immediate(place: Place) -> None:
    """As ``pg_ctl -m immediate stop``: SIGQUIT to the postmaster; the house starts it again."""
    pid = int((place.shop.house.state / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)


def valkey_killed(place: Place) -> None:
    """Killed and emptied, with whatever it had written to disk."""
    client = redis.Redis(unix_socket_path=str(place.shop.house.state / "valkey.sock"))
    pid = int(client.info("server")["process_id"])
    client.flushall()
    client.close()
    os.kill(pid, signal.SIGKILL)


def beat_killed(place: Place) -> None:
    _kill(place, "beat")


def worker_killed(place: Place) -> None:
    _kill(place, "worker")


def _kill(place: Place, name: str) -> None:
    for pid in place.pids(name).values():
        os.kill(pid, signal.SIGKILL)


OUTAGES: Final[dict[str, Callable[[Place], None]]] = {
    "postgres_immediate": postgres_immediate,
    "valkey_killed_and_flushed": valkey_killed,
    "beat_killed": beat_killed,
    "worker_killed": worker_killed,
}


def happen_later(place: Place, name: str, rng: random.Random) -> None:
    """Have an outage at some moment of the next seconds."""
    time.sleep(rng.uniform(2, 15))
    OUTAGES[name](place)
