"""Fees in words: the schedule with an example, what an invoice cost, what payouts cost."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gateway.checkout.wording import asset_symbol, grouped, money_text
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reports.costs import invoice_costs
from gateway.settlement.reports.payout_costs import PayoutCostDay
from gateway.settlement.reports.presenters import costs_as_dict, payment_cost_day
from gateway.settlement.reports.rate_costs import RateCostDay
from gateway.shops.fees import FeeView, fee_example


def percent_text(bps: int) -> str:
    """``50`` is ``0.50 %``."""
    return f"{Decimal(bps).scaleb(-2):.2f}\u202f%"


def example_words(*, fee_bps: int, currency: str) -> str:
    """What the shop gets of a hundred, in a sentence."""
    example = fee_example(fee_bps=fee_bps, currency=currency)
    return _("Of %(amount)s %(currency)s you get %(gets)s %(currency)s; the fee is %(fee)s.") % {
        **example,
        "currency": currency,
    }


def costs_of_invoice(invoice: Invoice) -> dict[str, Any]:
    """What ``dashboard/invoice_costs.html`` needs. Four queries at most."""
    book = invoice.promises
    costs = costs_as_dict(invoice_costs(invoice_id=invoice.id, book=book), book=book)
    terms = book.terms
    return {
        "fee_text": percent_text(terms.fee_bps),
        "fee_version": terms.fee_version,
        "costs": [_cost_lines(each) for each in costs["payments"] if not each["taken_back"]],
        "payout_costs": [_payout_lines(each) for each in costs["payouts"]],
    }


def _cost_lines(costs: Mapping[str, Any]) -> list[dict[str, str]]:
    lines = [(_("Fee"), costs["fee"], costs["settlement_asset"])]
    rate = costs["rate"] or {}
    words = {
        "spread": _("Spread"),
        "lock_premium": _("Price lock"),
        "fill": _("Market's fee"),
        "gas": _("Gas"),
    }
    lines += [(words[name], amount, costs["token"]) for name, amount in rate.items()]
    return [
        {"word": word, "text": money_text(amount, asset)}
        for word, amount, asset in lines
        if amount != "0"
    ]


def _payout_lines(costs: Mapping[str, Any]) -> dict[str, str]:
    lines = []
    if costs["gas_wei"] != "0":
        lines.append(
            _("%(wei)s wei of gas, paid by the house") % {"wei": grouped(costs["gas_wei"])}
        )
    if costs["ramp_fee"] != "0":
        fee = money_text(costs["ramp_fee"], costs["asset"])
        shop, house = _("Bank transfer: %(fee)s"), _("Bank transfer: %(fee)s, paid by the house")
        lines.append((shop if costs["ramp_fee_bearer"] == "shop" else house) % {"fee": fee})
    return {"payout_id": costs["payout_id"], "text": "; ".join(lines) or _("no costs")}


def payout_cost_rows(days: Iterable[PayoutCostDay]) -> list[dict[str, Any]]:
    """What payouts cost, a line per day and way, newest first."""
    rows = []
    for day in days:
        fee = format_amount(Amount(day.ramp_fee_units, Asset(day.asset, day.decimals)), trim=True)
        by_house = _("paid by the house")
        rows.append(
            {
                "day": date_format(day.day, "D j M"),
                "payouts": day.payouts,
                "asset": asset_symbol(day.asset),
                "gas": f"{grouped(str(day.gas_wei))} wei" if day.gas_wei else "",
                "fee": money_text(fee, day.asset) if day.ramp_fee_units else "",
                "borne": by_house if day.ramp_fee_bearer != "shop" else _("paid by you"),
            }
        )
    return rows[::-1]


def payment_cost_rows(days: Iterable[RateCostDay]) -> list[dict[str, Any]]:
    """What payments cost, a line per day and token, newest first."""
    rows = []
    for day in days:
        told = payment_cost_day(day)
        rows.append(
            {
                "day": date_format(day.day, "D j M"),
                "payments": day.payments,
                "fee": money_text(told["fee"], day.settled.code),
                **{
                    name: money_text(amount, day.token.code) if amount != "0" else ""
                    for name, amount in told["rate"].items()
                },
            }
        )
    return rows[::-1]


def version_rows(versions: Iterable[FeeView], *, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Versions as rows, in their order.

    Args:
        names: of the house's people; none on a shop's page, which says "the house".
    """
    return [
        {
            "number": version.number,
            "percent": percent_text(version.fee_bps),
            "since": date_format(timezone.localtime(version.in_force_from), "Y-m-d H:i"),
            "by": _by(version, names),
            "reason": version.reason if version.by_person else "",
        }
        for version in versions
    ]


def _by(version: FeeView, names: Mapping[UUID, str]) -> str:
    if version.by_person:
        return names.get(version.by_person) or _("The house, by two people")
    if version.set_by == "opened":
        return _("Agreed at the opening")
    return _("In force before there were versions")
