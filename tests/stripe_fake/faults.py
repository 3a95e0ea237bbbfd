"""What goes wrong between us and Stripe, as a test orders it."""

import enum
import re
import threading
from dataclasses import dataclass, field

HOLD_SECONDS = 30.0


class Fault(enum.Enum):
    """Before: nothing is done. After: it is done, and nobody is told."""

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    CONFLICT = "conflict"
    BUSY = "busy"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"

    @property
    def is_before(self) -> bool:
        return self not in (Fault.TIMEOUT_AFTER, Fault.CUT_AFTER, Fault.ERROR_AFTER)


@dataclass
class _Order:
    fault: Fault
    on: re.Pattern[str]
    times: int


@dataclass
class Faults:
    """Faults that wait for their request; each strikes as often as it was ordered to."""

    retry_after_seconds: int = 1
    orders: list[_Order] = field(default_factory=list)
    struck: list[tuple[Fault, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def order(self, fault: Fault, *, on: str, times: int = 1) -> None:
        """Args: on: a pattern of "POST /v1/transfers"."""
        self.orders.append(_Order(fault, re.compile(on), times))

    def next_for(self, method: str, path: str) -> Fault | None:
        line = f"{method} {path}"
        for order in self.orders:
            if order.times > 0 and order.on.fullmatch(line):
                order.times -= 1
                self.struck.append((order.fault, line))
                return order.fault
        return None

    def hold(self) -> None:
        """Leave a request without an answer for longer than its sender waits."""
        self.released.wait(HOLD_SECONDS)
