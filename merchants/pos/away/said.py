"""What a tablet says that it sold without a connection, read and checked. Pure.

A tablet keeps each ticket as JSON, with the prices that it showed, and sends it once there is a
connection. What stands in it was written by whoever holds the tablet: all of it is checked here for
its form, and by the booking for its sums.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from gateway.money.assets import FIAT
from merchants.pos.away.errors import AwayInvalid
from merchants.tickets.pricing import PPM, TaxClass

Ends = Literal["cash", "open", "void"]
ENDS: Final[tuple[Ends, ...]] = ("cash", "open", "void")
"""How a ticket stood on the tablet: paid in cash, still to be paid, or called off."""
WENT_ON: Final = "went_on"
"""Why one waits that came before, under the same number, and went on at the tablet afterwards."""
MOST_LINES: Final = 200
MAX_LABEL: Final = 40
MAX_NAME: Final = 80
MAX_REASON: Final = 200
MAX_UNITS: Final = 10**11
MAX_QUANTITY: Final = 1_000_000
"""A thousand pieces, in thousandths."""
MAX_NUMBER: Final = 10**6
MOST_CHOICES: Final = 100
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SaidLine:
    """Something on such a ticket.

    Attributes:
        item_id: None for an amount that was typed.
        version: of the item's words that the tablet showed.
        choices: group's id and modifier's name of each that was chosen.
        price_units: minor units of one, its modifiers with it, as the tablet showed.
        quantity: thousandths.
        is_removed: it was taken off again.
    """

    item_id: UUID | None
    version: int
    choices: tuple[tuple[str, str], ...]
    name: str
    price_units: int
    tax: TaxClass
    quantity: int
    is_removed: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A ticket as a tablet kept it.

    Attributes:
        key: 32 hexadecimal digits, the tablet's own: sent twice it is one ticket.
        device_id: the pairing it was kept under.
        number: 1, 2, 3 … of that pairing: one that is missing was taken away from the tablet.
        made_by: who stood there.
        made_at: by the tablet's clock.
        shift_id: the shift that was open when the connection went, if one was.
        label: a table, a name.
        due_units: what the tablet said that it comes to, minor units; cash due, where cash rounds,
            is worked out from it.
        given_units, change_units: of cash.
        reason: why it was called off.
    """

    key: str
    device_id: UUID
    number: int
    made_by: UUID
    made_at: datetime
    shift_id: UUID | None
    currency: str
    label: str
    ends: Ends
    lines: tuple[SaidLine, ...]
    due_units: int
    given_units: int
    change_units: int
    reason: str


def said_from(sent: Any) -> Said:
    """What was sent, as JSON's own types.

    Raises:
        AwayInvalid
    """
    try:
        return _said(cast(Mapping[str, Any], sent))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise AwayInvalid from error


def said_as_dict(said: Said) -> dict[str, Any]:
    """As it is kept: JSON that ``said_from`` reads. Its label is kept apart: it may be a name."""
    return {
        "key": said.key,
        "device": str(said.device_id),
        "number": said.number,
        "by": str(said.made_by),
        "at": int(said.made_at.timestamp() * 1_000),
        "shift": str(said.shift_id) if said.shift_id else "",
        "currency": said.currency,
        "ends": said.ends,
        "lines": [
            {
                "item": str(one.item_id) if one.item_id else "",
                "version": one.version,
                "choices": [list(choice) for choice in one.choices],
                "name": one.name,
                "price": one.price_units,
                "tax": [one.tax.ppm, one.tax.included],
                "quantity": one.quantity,
                "removed": one.is_removed,
            }
            for one in said.lines
        ],
        "due": said.due_units,
        "given": said.given_units,
        "change": said.change_units,
        "reason": said.reason,
    }


def _said(sent: Mapping[str, Any]) -> Said:
    lines = sent["lines"]
    _check(isinstance(lines, list) and 1 <= len(lines) <= MOST_LINES)
    key, currency, ends = sent["key"], sent["currency"], sent["ends"]
    _check(isinstance(key, str) and _KEY.fullmatch(key) is not None)
    _check(currency in FIAT)
    _check(ends in ENDS)
    said = Said(
        key=key,
        device_id=UUID(sent["device"]),
        number=_whole(sent["number"], 1, MAX_NUMBER),
        made_by=UUID(sent["by"]),
        made_at=datetime.fromtimestamp(_whole(sent["at"], 0, 10**13) / 1_000, tz=UTC),
        shift_id=UUID(sent["shift"]) if sent["shift"] else None,
        currency=currency,
        label=_text(sent.get("label", ""), MAX_LABEL),
        ends=ends,
        lines=tuple(_line(one) for one in lines),
        due_units=_whole(sent["due"], 0, MAX_UNITS),
        given_units=_whole(sent["given"], 0, MAX_UNITS),
        change_units=_whole(sent["change"], 0, MAX_UNITS),
        reason=_text(sent.get("reason", ""), MAX_REASON),
    )
    _check(ends == "cash" or (said.given_units, said.change_units) == (0, 0))
    _check(ends != "cash" or said.due_units > 0)
    _check(ends != "void" or said.reason != "")
    return said


def _line(sent: Mapping[str, Any]) -> SaidLine:
    ppm, included = sent["tax"]
    choices = sent["choices"]
    _check(isinstance(included, bool) and isinstance(sent["removed"], bool))
    _check(isinstance(choices, list) and len(choices) <= MOST_CHOICES)
    is_item = bool(sent["item"])
    return SaidLine(
        item_id=UUID(sent["item"]) if is_item else None,
        version=_whole(sent["version"], 1 if is_item else 0, 10**6),
        choices=tuple((_text(group, 40), _text(name, MAX_NAME)) for group, name in choices),
        name=_text(sent["name"], MAX_NAME),
        price_units=_whole(sent["price"], 0 if is_item else 1, MAX_UNITS),
        tax=TaxClass(_whole(ppm, 0, PPM), included),
        quantity=_whole(sent["quantity"], 1, MAX_QUANTITY),
        is_removed=sent["removed"],
    )


def _whole(value: Any, least: int, most: int) -> int:
    _check(type(value) is int and least <= value <= most)
    return cast(int, value)


def _text(value: Any, longest: int) -> str:
    _check(isinstance(value, str))
    return "".join(each for each in value if each.isprintable()).strip()[:longest]


def _check(holds: bool) -> None:
    if not holds:
        raise AwayInvalid
