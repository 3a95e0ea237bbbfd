"""A shift's report in words, for the till and the dashboard."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.shifts.figures import CashKind, into_drawer
from merchants.shifts.models import CashMove


def report_shown(
    body: Mapping[str, Any], *, names: Mapping[UUID, str], moves: Iterable[CashMove] = ()
) -> dict[str, Any]:
    """A report's body as pages draw it. No query.

    Args:
        names: what people are called; who left the shop has none.
        moves: its cash one by one, if that is to be shown.
    """
    currency = body["currency"]
    drawer = body["drawer"]
    return {
        "number": body["number"],
        "shift_id": body["shift_id"],
        "till": body["till"],
        "place": body["place"],
        "opened_by": names.get(UUID(body["opened_by"]), "–"),
        "opened_text": _moment(body["opened_at"]),
        "closed_by": names.get(UUID(body["closed_by"]), "–") if body["closed_by"] else "",
        "closed_text": _moment(body["closed_at"]) if body["closed_at"] else "",
        "tenders": [_tender(one) for one in body["tenders"]],
        "assets": [
            {
                "credited_text": money_text(one["credited"]["amount"], one["asset"]),
                "fee_text": money_text(one["fee"]["amount"], one["asset"]),
            }
            for one in body["assets"]
        ],
        "tokens": [money_text(one["paid"]["amount"], one["token"]) for one in body["tokens"]],
        "voids": [
            {"count": one["count"], "text": money_text(one["worth"]["amount"], one["currency"])}
            for one in body.get("voids", ())  # a report from before they were counted has none
        ],
        "drawer": [
            {"word": word, "text": money_text(drawer[name]["amount"], currency), "strong": strong}
            for name, word, strong in _drawer_lines()
            if drawer[name] is not None
        ],
        "difference": _difference(drawer["difference"], currency),
        "moves": [_move(one, currency=currency, names=names) for one in moves],
    }


def cash_word(kind: str) -> str:
    """What a cash movement is called."""
    return {
        "sale": _("Cash sale"),
        "refund": _("Cash refund"),
        "in": _("Cash in"),
        "out": _("Cash out"),
    }[kind]


def tender_word(tender: str) -> str:
    """What customers paid with."""
    return {"tokens": _("Tokens"), "card": _("Card"), "cash": _("Cash")}[tender]


def _drawer_lines() -> tuple[tuple[str, str, bool], ...]:
    return (
        ("float", _("Float"), False),
        ("sales", _("Cash sales"), False),
        ("refunds", _("Cash refunds"), False),
        ("in", _("Cash in"), False),
        ("out", _("Cash out"), False),
        ("expected", _("Should be in the drawer"), True),
        ("counted", _("Counted"), True),
    )


def _difference(told: Mapping[str, str] | None, currency: str) -> dict[str, str] | None:
    if told is None:
        return None
    units = int(told["units"])
    word = _("Nothing is missing") if not units else _("Too much") if units > 0 else _("Too little")
    return {
        "text": money_text(told["amount"], currency),
        "word": word,
        "tone": "paid" if not units else "wait" if units > 0 else "problem",
        "icon": "check" if not units else "alert",
    }


def _tender(one: Mapping[str, Any]) -> dict[str, Any]:
    currency = one["currency"]
    return {
        "word": tender_word(one["tender"]),
        "payments": one["payments"],
        "refunds": one["refunds"],
        **{
            f"{name}_text": money_text(one[name]["amount"], currency)
            for name in ("paid", "refunded", "net", "tax", "tip")
        },
        "has_tax": one["tax"]["units"] != "0",
        "has_tip": one["tip"]["units"] != "0",
    }


def _move(one: CashMove, *, currency: str, names: Mapping[UUID, str]) -> dict[str, Any]:
    kind: CashKind = one.kind  # type: ignore[assignment]
    text = money_text(format_amount(Amount(one.units, FIAT[currency])), currency)
    return {
        "word": cash_word(kind),
        "reason": one.reason,
        "by": names.get(one.made_by, "–"),
        "at": f"{timezone.localtime(one.made_at):%H:%M}",
        "text": text if into_drawer(kind) else f"−{text}",
    }


def _moment(told: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(told)):%Y-%m-%d %H:%M}"
