"""Tips as the customer's side offers them, and as they are chosen there."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404

from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from merchants.pos.amounts import units_text
from merchants.tickets.models import Ticket
from merchants.tickets.pricing import PPM
from merchants.tickets.spreading import half_up

TIP_PERCENTS: Final = (5, 10, 15, 20)


def tip_presets(goods_units: int, currency: str) -> list[dict[str, Any]]:
    """Percentages of what a part asks for, each with its amount."""
    return [
        {"percent": percent, "text": units_text(_of(goods_units, percent), FIAT[currency])}
        for percent in TIP_PERCENTS
    ]


def tip_chosen(posted: Mapping[str, Any], *, ticket: Ticket, part: int) -> int:
    """Minor units of the tip that was tapped or typed. One query for a percentage.

    Raises:
        Http404: no percentage of ours.
        MoneyError: it is no amount.
    """
    percent = str(posted.get("percent", "")).strip()
    if not percent:
        return parse_amount(str(posted.get("amount", "")).strip(), FIAT[ticket.currency]).units
    if not (percent.isascii() and percent.isdigit() and len(percent) < 4):
        raise Http404
    found = ticket.parts.filter(number=part, dropped_at=None).first()
    return _of(found.goods_units if found else 0, int(percent))


def _of(units: int, percent: int) -> int:
    return half_up(units * percent * 10_000, PPM)
