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
