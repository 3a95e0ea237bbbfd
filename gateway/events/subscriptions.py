"""Which handler wants to hear of which event. Filled by each room's AppConfig.ready."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event as its handlers see it."""

    id: UUID
    type: str
    mode: str
    shop_id: UUID | None
    subject: str
    sequence: int
    body: dict[str, Any]
    occurred_at: datetime

    @property
    def subject_id(self) -> str:
        """What stands behind the colon of the subject."""
        return self.subject.partition(":")[2]


Handler = Callable[[EventRecord], None]
TogetherHandler = Callable[[Sequence[EventRecord]], None]

_handlers: dict[str, Handler | TogetherHandler] = {}
_together: set[str] = set()
_patterns: dict[str, tuple[str, ...]] = {}
_purposes: dict[str, frozenset[str]] = {}


def subscribe(
    *,
    pattern: str | tuple[str, ...],
    handler: Handler,
    name: str,
    purposes: Collection[str] = (),
) -> None:
    """Have ``handler`` called once, in order per subject, for each event that fits ``pattern``.

    A pattern is an event type ("deposit.seen") or a prefix ("invoice.*"). The name is stored in
    the outbox: it must not change while items wait under it.

    Args:
        purposes: of events that have a purpose, only those with one of these; what is for others
            is never queued for it. None named: all.
    """
    _keep(name=name, handler=handler, pattern=pattern, purposes=purposes)


def subscribe_together(
    *,
    pattern: str | tuple[str, ...],
    handler: TogetherHandler,
    name: str,
    purposes: Collection[str] = (),
) -> None:
    """As ``subscribe``, for a handler that takes what waits in one lane together.

    It gets one event or several of the same lane, a subject's in order, all in one transaction;
    nobody else runs it for that lane meanwhile. What it is given it has handled when it returns.
    If it fails, each of them is handled alone.
    """
    _keep(name=name, handler=handler, pattern=pattern, purposes=purposes)
    _together.add(name)


def _keep(
    *,
    name: str,
    handler: Handler | TogetherHandler,
    pattern: str | tuple[str, ...],
    purposes: Collection[str],
) -> None:
    if name in _handlers and _handlers[name] is not handler:
        raise ValueError(f"two handlers are called {name!r}")
    _handlers[name] = handler
    _patterns[name] = (pattern,) if isinstance(pattern, str) else pattern
    if purposes:
        _purposes[name] = frozenset(purposes)
    handlers_for.cache_clear()


def _fits(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type


@lru_cache(maxsize=1024)
def handlers_for(event_type: str, purpose: str | None = None) -> tuple[str, ...]:
    """Names of the handlers that want this type, sorted; of this purpose, if the event has one."""
    return tuple(
        sorted(
            name
            for name, patterns in _patterns.items()
            if any(_fits(pattern, event_type) for pattern in patterns)
            and (purpose is None or purpose in _purposes.get(name, (purpose,)))
        )
    )


def takes_together(name: str) -> bool:
    return name in _together


def run_handler(name: str, events: Sequence[EventRecord]) -> None:
    """Call the handler of that name with events of one lane; one event unless it takes several.

    Raises:
        LookupError: this version has none of that name.
    """
    handler: Any = _handlers.get(name)
    if handler is None:
        raise LookupError(f"no handler is called {name!r} in this version")
    if name in _together:
        handler(events)
    else:
        (event,) = events
        handler(event)
