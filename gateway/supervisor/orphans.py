"""No process outlives whoever started it, however that ended."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For ``preexec_fn``: ask Linux to send the child this signal when we die, however we die.

    Only from the main thread: the signal comes when the *thread* that forked ends.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    set_parent_death_signal = 1
    parent = os.getpid()

    def ask() -> None:
        prctl(set_parent_death_signal, number)
        if os.getppid() != parent:  # it died between the fork and here
            os._exit(1)

    return ask
