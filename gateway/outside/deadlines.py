"""The end of an exchange, however it is drawn out.

A client's timeouts are for each byte that comes. Somebody who sends a byte of a header now and then
keeps within them for days; their connection is cut.
"""

import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Deadline:
    """Cuts the connection that ``trace`` was told of once so many seconds are over. Whoever reads
    from it then sees its end.

    Attributes:
        is_over: whether the time was up before the exchange was.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def trace(self, name: str, told: Mapping[str, Any]) -> None:
        """A request's extension ``trace`` (httpcore): keeps the socket as soon as there is one."""
        if name in CONNECTED:
            self._socket = told["return_value"].get_extra_info("socket")
            if self.is_over:
                self._cut()

    def _end(self) -> None:
        self.is_over = True
        self._cut()

    def _cut(self) -> None:
        if self._socket is None:
            return
        # By a second handle, which closes nothing: the first one is the client's. It may be closed
        # by now, or be read from in this moment.
        with suppress(OSError), socket.socket(fileno=os.dup(self._socket.fileno())) as own:
            own.shutdown(socket.SHUT_RDWR)
