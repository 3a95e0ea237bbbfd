"""Write down what tills' sales brought, as the events of payments, cards and refunds tell it."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from gateway.cards.models import CardTender
from gateway.events.subscriptions import EventRecord
from gateway.invoices.models import Invoice
from gateway.money.assets import FIAT
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.models import Refund
from gateway.settlement.reports.sales import payment_worth
from merchants.shifts.locks import till_with_shift
from merchants.shifts.models import Taking
from merchants.shifts.said import said_units
from merchants.tills.makers import till_in

Told = dict[str, Any]
"""A taking's own fields."""


def take_down(event: EventRecord) -> None:
    """In the relay's transaction. Of a sale that was made at no till nothing is kept: one query.

    The taking is put into the shift that is open at its till; if none is, into the next one.
    """
    invoice_id = UUID(event.body["invoice_id"])
    sale = Invoice.objects.filter(id=invoice_id).values_list("shop_id", "created_by").first()
    till_id = till_in(sale[1]) if sale else None
    if sale is None or till_id is None:
        return
    told = TAKINGS[event.type](event)
    if told is None:
        return
    till, shift = till_with_shift(till_id=till_id, shop_id=sale[0])
    taking = Taking(
        shop_id=till.shop_id,
        till=till,
        shift=shift,
        invoice_id=invoice_id,
        at=event.occurred_at,
        **told,
    )
    Taking.objects.bulk_create([taking], ignore_conflicts=True)


def _credited(event: EventRecord) -> Told:
    return _payment(event, kind="paid", sign=1)


def _reversed(event: EventRecord) -> Told:
    """The tax and the tip go back as they came, whatever the sale's metadata says by now."""
    told = _payment(event, kind="taken_back", sign=-1)
    paid = Taking.objects.filter(source=_source(event, "paid")).first()
    if paid is not None:
        told |= {"tax_units": -int(paid.tax_units), "tip_units": -int(paid.tip_units)}
    return told


def _source(event: EventRecord, kind: str) -> str:
    return f"payment:{event.body['payment_id']}:{kind}"


def _payment(event: EventRecord, *, kind: str, sign: int) -> Told:
    body = event.body
    worth = payment_worth(UUID(body["payment_id"]))
    return {
        "source": _source(event, kind),
        "tender": "tokens",
        "kind": kind,
        "currency": worth.currency,
        "units": sign * worth.value_units,
        "tax_units": sign * worth.tax_units,
        "tip_units": sign * worth.tip_units,
        "asset": body["asset"],
        "credited_units": sign * int(body["credited_units"]),
        "fee_units": sign * int(body["fee_units"]),
        "token": body["token_asset"],
        "token_units": sign * int(body["token_units"]),
    }


def _refunded(event: EventRecord) -> Told | None:
    """Nothing for money that was the payer's all along: the shop gave none of its own."""
    refund = Refund.objects.get(id=event.subject_id)
    if refund.kind != "payment":
        return None
    return {
        "source": f"refund:{refund.id}",
        "tender": "tokens",
        "kind": "refunded",
        "currency": refund.currency,
        "units": -int(refund.worth_units or 0),
        "asset": refund.settlement_asset,
        "credited_units": -int(refund.taken_units),
    }


def _card_paid(event: EventRecord) -> Told:
    tender = CardTender.objects.get(id=event.body["card_id"])
    metadata = Invoice.objects.values_list("metadata", flat=True).get(id=tender.invoice_id)
    currency, units = FIAT[tender.currency], int(tender.units)
    tax = said_units(metadata, "tax", currency=currency, most=units)
    return {
        "source": f"card:{tender.id}",
        "tender": "card",
        "kind": "paid",
        "currency": tender.currency,
        "units": units,
        "tax_units": tax,
        "tip_units": said_units(metadata, "tip", currency=currency, most=units - tax),
        "asset": tender.currency,
        "credited_units": int(tender.to_shop_units),
        "fee_units": int(tender.fee_units),
    }


def _card_refunded(event: EventRecord) -> Told:
    refund = CardRefund.objects.get(id=event.body["refund_id"])
    return {
        "source": f"card_refund:{refund.id}",
        "tender": "card",
        "kind": "refunded",
        "currency": refund.currency,
        "units": -int(refund.units),
        "asset": refund.currency,
        "credited_units": -int(refund.units),
    }


TAKINGS: Final[dict[str, Callable[[EventRecord], Told | None]]] = {
    "payment.credited": _credited,
    "payment.reversed": _reversed,
    "refund.completed": _refunded,
    "card.paid": _card_paid,
    "card.refunded": _card_refunded,
}
"""The events that tell of a sale's money, and what of each is kept."""
