"""What an owner asks of a market, as it is stored and carried out again. Pure.

Numbers are stored as text: no reader of JSON rounds them.
"""

from typing import Any
from uuid import UUID

import msgspec

from gateway.market.book.events import SelfTrade, Side, TimeInForce


class Place(msgspec.Struct, frozen=True, kw_only=True, tag="place", omit_defaults=True):
    """An order of ``lots`` at ``price`` ticks or better.

    Attributes:
        shown: lots that an iceberg shows at a time.
    """

    side: Side
    lots: int
    price: int
    time_in_force: TimeInForce = TimeInForce.GTC
    shown: int | None = None
    self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST


class Amend(msgspec.Struct, frozen=True, kw_only=True, tag="amend", omit_defaults=True):
    """Another whole quantity (fills included) or price for an order."""

    order_id: UUID
    lots: int | None = None
    price: int | None = None


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag="cancel"):
    order_id: UUID


class CancelAll(msgspec.Struct, frozen=True, kw_only=True, tag="cancel_all"):
    """All the owner's orders in the market, and its schedules."""


class Close(msgspec.Struct, frozen=True, kw_only=True, tag="close", omit_defaults=True):
    """Cancel all, then trade the position away at ``worst_price`` or better, now.

    Attributes:
        side: what closes it, as the caller saw the position; another sign by now closes nothing.
    """

    side: Side
    worst_price: int


Instruction = Place | Amend | Cancel | CancelAll | Close


def stored(instruction: Instruction) -> dict[str, Any]:
    """JSON that ``instruction_of`` reads."""
    told = msgspec.to_builtins(instruction)
    return {
        key: str(each) if type(each) is int else each
        for key, each in told.items()
        if each is not None
    }


def instruction_of(told: dict[str, Any]) -> Instruction:
    """Raises msgspec.ValidationError for what ``stored`` never wrote."""
    # mypy can't see that a union of structs is a type to convert to.
    found: Instruction = msgspec.convert(told, Instruction, strict=False)  # type: ignore[arg-type]
    return found
