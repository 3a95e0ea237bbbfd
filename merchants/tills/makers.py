"""Who made a sale, as the sale itself says it. Pure."""

from typing import Final
from uuid import UUID

_TILL: Final = "till:"


def made_by(*, user_id: UUID, till_id: UUID | None) -> str:
    """``till:<till>:user:<person>`` at a paired tablet, else ``user:<person>``."""
    who = f"user:{user_id}"
    return f"{_TILL}{till_id}:{who}" if till_id else who


def till_in(maker: str) -> UUID | None:
    """The till that a sale was made at, by who made it; None if it was made at none."""
    if not maker.startswith(_TILL):
        return None
    return UUID(maker.removeprefix(_TILL).partition(":")[0])


def begins_at_till(till_id: UUID) -> str:
    """How who made a sale begins, where it was made at this till."""
    return f"{_TILL}{till_id}:"


def ends_with_person(user_id: UUID) -> str:
    """How who made a sale ends, where this person made it, at a till or elsewhere."""
    return made_by(user_id=user_id, till_id=None)


def person_in(maker: str) -> UUID | None:
    """The person who made a sale; None where a program did."""
    _before, word, person = maker.rpartition("user:")
    return UUID(person) if word else None
