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
from tests.faults.node_between import NodeBetween
from tests.house.place import Place

TROUBLE_SECONDS = 15


@dataclass(slots=True)
class Deaths:
    """The plan of a house: which points kill, and which did."""

    folder: Path

    def open(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def forget(self) -> None:
        """What was passed is told once a process: it goes with the house, not with a batch."""
        self.folder.with_suffix(PASSED).unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.forget()

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


@dataclass(frozen=True, slots=True)
class Around:
    """What an outage may touch."""

    place: Place
    node: NodeBetween


def postgres_immediate(around: Around) -> None:
    """As ``pg_ctl -m immediate stop``: SIGQUIT to the postmaster; the house starts it again."""
    pid = int(
        (around.place.shop.house.state / "postgres" / "postmaster.pid").read_text().split()[0]
    )
    os.kill(pid, signal.SIGQUIT)


def valkey_killed(around: Around) -> None:
    """Killed and emptied, with whatever it had written to disk."""
    client = redis.Redis(unix_socket_path=str(around.place.shop.house.state / "valkey.sock"))
    pid = int(client.info("server")["process_id"])
    client.flushall()
    client.close()
    os.kill(pid, signal.SIGKILL)


def beat_killed(around: Around) -> None:
    _kill(around.place, "beat")


def worker_killed(around: Around) -> None:
    _kill(around.place, "worker")


def _kill(place: Place, name: str) -> None:
    for pid in place.pids(name).values():
        os.kill(pid, signal.SIGKILL)


def node_answers_lost(around: Around) -> None:
    """The node does what it is asked, and a quarter of its answers never arrive."""
    around.node.begin("lost", seconds=TROUBLE_SECONDS)


def node_asked_twice(around: Around) -> None:
    """The node gets a quarter of all requests twice, and its first answers are lost."""
    around.node.begin("twice", seconds=TROUBLE_SECONDS)


OUTAGES: Final[dict[str, Callable[[Around], None]]] = {
    "postgres_immediate": postgres_immediate,
    "valkey_killed_and_flushed": valkey_killed,
    "beat_killed": beat_killed,
    "worker_killed": worker_killed,
    "node_answers_lost": node_answers_lost,
    "node_asked_twice": node_asked_twice,
}


def happen_later(around: Around, name: str, rng: random.Random) -> None:
    """Have an outage at some moment of the next seconds."""
    time.sleep(rng.uniform(2, 15))
    OUTAGES[name](around)
