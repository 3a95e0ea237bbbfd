"""Rows of a shop that takes cards, as tests of who may see what need them: nobody is asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.cards.models import CardTender, Reader, ReaderPlace
from gateway.refunds.cards.models import CardRefund

_OURS: dict[str, Any] = {"mode": "test", "ramp": "stripe"}


def reader_row(*, shop_id: UUID, mark: str, now: datetime) -> Reader:
    """A reader that is ready, and the place where it stands."""
    place = ReaderPlace.objects.create(
        shop_id=shop_id,
        name=mark,
        line1=mark,
        city=mark,
        postal_code="1",
        country="DE",
        remote_id="tml_ours",
        created_at=now,
        **_OURS,
    )
    return Reader.objects.create(
        place=place,
        shop_id=shop_id,
        label=mark,
        code="",
        status="ready",
        remote_id="tmr_ours",
        asked_at=now,
        added_by=mark,
        created_at=now,
        **_OURS,
    )


def tender_row(
    *, shop_id: UUID, invoice_id: UUID, mark: str, now: datetime, **more: Any
) -> CardTender:
    """A card payment of an invoice, of 5.00 EUR."""
    return CardTender.objects.create(
        invoice_id=invoice_id,
        shop_id=shop_id,
        account="acct_ours",
        currency="EUR",
        units=500,
        to_shop_units=500,
        fee_units=0,
        title=mark,
        back="",
        asked_at=now,
        created_at=now,
        ends_at=now,
        **_OURS,
        **more,
    )


def card_refund_row(*, shop_id: UUID, invoice_id: UUID, mark: str, now: datetime) -> CardRefund:
    """A fifth of a paid card payment that is to go back, and waits for somebody's word."""
    paid = {"status": "paid", "holds_invoice": True, "refunded_units": 100}
    return CardRefund.objects.create(
        tender=tender_row(shop_id=shop_id, invoice_id=invoice_id, mark=mark, now=now, **paid),
        invoice_id=invoice_id,
        shop_id=shop_id,
        currency="EUR",
        units=100,
        reason=mark,
        requested_by=mark,
        requested_via="till",
        needs_second=False,
        requested_at=now,
        **_OURS,
    )
