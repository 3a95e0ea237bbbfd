"""Which handler wants to hear of which event. Filled by each room's AppConfig.ready."""

from collections.abc import Callable
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

_handlers: dict[str, Handler] = {}
_patterns: dict[str, tuple[str, ...]] = {}


def subscribe(*, pattern: str | tuple[str, ...], handler: Handler, name: str) -> None:
    """Have ``handler`` called once, in order per subject, for each event that fits ``pattern``.

    A pattern is an event type ("deposit.seen") or a prefix ("invoice.*"). The name is stored in
    the outbox: it must not change while items wait under it.
    """
    if name in _handlers and _handlers[name] is not handler:
        raise ValueError(f"two handlers are called {name!r}")
    _handlers[name] = handler
    _patterns[name] = (pattern,) if isinstance(pattern, str) else pattern
    handlers_for.cache_clear()


def _fits(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type


@lru_cache(maxsize=1024)
def handlers_for(event_type: str) -> tuple[str, ...]:
    """Names of the handlers that want this type, sorted."""
    return tuple(
        sorted(
            name
            for name, patterns in _patterns.items()
            if any(_fits(pattern, event_type) for pattern in patterns)
        )
    )


def handler_named(name: str) -> Handler | None:
    return _handlers.get(name)
