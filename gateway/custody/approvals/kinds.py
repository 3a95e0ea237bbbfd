"""Which room does what two people agreed to. Rooms above register theirs when they start."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.custody.approvals.errors import KindUnknown
from gateway.custody.approvals.models import Act

Verb = Callable[[Act, datetime], None]


def _nothing(_act: Act, _now: datetime) -> None:
    """What is undone where nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActKind:
    """How an act of one kind ends.

    Attributes:
        carry_out: does it, in the transaction in which the act becomes ``carried_out``. A refusal
            (``TillwayError``) ends the act as failed, one that passes is tried again.
        call_off: undoes what waiting for it held back, in the transaction in which it ends
            otherwise.
        decide_action: what a person must be allowed, to approve or reject it.
    """

    name: str
    carry_out: Verb
    call_off: Verb = _nothing
    decide_action: str = "approval.decide"


_kinds: dict[str, ActKind] = {}


def register(kind: ActKind) -> None:
    """Called in ``AppConfig.ready``; a name is one room's for good."""
    known = _kinds.get(kind.name)
    if known is not None and known != kind:
        raise ValueError(f"{kind.name} is another room's kind of act")
    _kinds[kind.name] = kind


def kind_named(name: str) -> ActKind:
    """Raises KindUnknown."""
    kind = _kinds.get(name)
    if kind is None:
        raise KindUnknown
    return kind


def kinds() -> tuple[str, ...]:
    return tuple(sorted(_kinds))
