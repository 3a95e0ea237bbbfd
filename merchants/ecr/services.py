"""What a cash register has done: a sale asked for, called off, the day ended."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.invoices.changing import OPEN
from gateway.invoices.errors import ExternalKeyConflict
from gateway.invoices.selectors import invoice_get
from gateway.invoices.services import invoice_issue, invoice_void
from gateway.money.amounts import Amount
from gateway.shops.selectors import ShopView
from merchants.accounts.models import User
from merchants.accounts.services import api_key_create
from merchants.counter.showing import sale_left, sale_shown
from merchants.ecr.errors import CountMissing, NumberInvalid, NumberUsed, RegisterBusy
from merchants.ecr.models import EcrSale, Register
from merchants.ecr.results import is_number
from merchants.ecr.selectors import last_sale, sale_numbered
from merchants.shifts.models import ZReport
from merchants.shifts.selectors import open_shift
from merchants.shifts.services import shift_close, void_note
from merchants.tills.errors import TillUnknown
from merchants.tills.models import Till

SCOPE: Final = "ecr:use"
ASKED_AGAIN: Final = timedelta(hours=24)
"""For so long the same number with the same amount is the same sale; later it is a mistake, which
must never be answered with an old payment."""


@transaction.atomic
def register_make(
    *, shop: ShopView, till_id: UUID, by: User, now: datetime
) -> tuple[Register, str]:
    """A key for a cash register at a till, and its secret, which nobody can show again. It can do
    what a register does there, and nothing else.

    Raises:
        TillUnknown
    """
    till = Till.objects.filter(shop_id=shop.id, id=till_id).first()
    if till is None:
        raise TillUnknown
    key, secret = api_key_create(
        shop_id=shop.id,
        mode=shop.mode,
        scopes=(SCOPE,),
        name=f"ECR {till.name}",
        created_by=by,
        now=now,
    )
    register = Register.objects.create(
        key=key, shop_id=shop.id, till=till, made_by=by.id, made_at=now
    )
    return register, secret


@transaction.atomic
def ecr_sale_start(
    *,
    shop: ShopView,
    register: Register,
    number: str,
    amount: Amount,
    order_id: str = "",
    now: datetime,
) -> EcrSale:
    """Ask for an amount at the register's till, which shows it. Asked again with the number it is
    the same sale, however often: a register that crashed charges nobody twice. The number is the
    till's alone, and so no order of the shop: another till's 41 is another sale.

    Raises:
        NumberInvalid
        NumberUsed: for another amount, or a day ago.
        RegisterBusy: another transaction can still be paid there.
        as ``invoice_issue``
    """
    if not is_number(number):
        raise NumberInvalid
    till = Till.objects.select_for_update(no_key=True).get(id=register.till_id)
    known = EcrSale.objects.filter(till=till, number=number).first()
    if known is not None:
        return _same(known, amount=amount, now=now)
    _check_free(till, shop_id=shop.id)
    try:
        invoice = invoice_issue(
            shop=shop,
            amount=amount,
            now=now,
            order_id=order_id,
            metadata={"ecr_transaction": number},
            created_by=f"till:{till.id}:api_key:{register.key_id}",
            external_key=f"ecr:{till.id}:{number}",
        )
    except ExternalKeyConflict:
        raise NumberUsed from None
    sale = EcrSale.objects.create(
        shop_id=shop.id,
        till=till,
        number=number,
        invoice_id=invoice.id,
        currency=invoice.currency,
        units=int(invoice.amount_units),
        made_by=register.key_id,
        made_at=now,
    )
    sale_shown(
        shop_id=shop.id,
        till_id=till.id,
        invoice_id=invoice.id,
        status=invoice.status,
        by="ecr",
        now=now,
    )
    return sale


@transaction.atomic
def ecr_sale_cancel(*, register: Register, number: str, now: datetime) -> EcrSale:
    """Call a sale off before it is covered, and count it as a void of the till's shift; again is
    the same. Money that comes all the same waits for a claim by whoever sent it. One that was
    called off on the tablet before was counted there, and one by the dashboard happened elsewhere.

    Raises:
        TransactionUnknown, InvoiceCovered, InvoiceNotOpen
    """
    sale = sale_numbered(till_id=register.till_id, number=number)
    invoice = invoice_void(shop_id=sale.shop_id, invoice_id=sale.invoice_id, now=now)
    if invoice.voided_at == now:
        void_note(
            shop_id=sale.shop_id,
            till_id=sale.till_id,
            source=f"invoice:{invoice.id}",
            currency=sale.currency,
            units=int(sale.units),
            now=now,
        )
    sale_left(shop_id=sale.shop_id, till_id=sale.till_id, invoice_id=sale.invoice_id, now=now)
    return sale


def day_end(
    *, shop: ShopView, register: Register, counted_units: int | None, now: datetime
) -> ZReport | None:
    """Close the shift that is open at the register's till, in the name of whoever made its key;
    None if none is open.

    Raises:
        CountMissing: one is open, and nobody said what is in the drawer.
        CashInvalid
    """
    if open_shift(shop_id=shop.id, till_id=register.till_id) is None:
        return None
    if counted_units is None:
        raise CountMissing
    return shift_close(
        shop_id=shop.id,
        till_id=register.till_id,
        mode=shop.mode,
        counted_units=counted_units,
        by=register.made_by,
        now=now,
    )


def _same(known: EcrSale, *, amount: Amount, now: datetime) -> EcrSale:
    is_same = (known.currency, int(known.units)) == (amount.asset.code, amount.units)
    if not is_same or now - known.made_at >= ASKED_AGAIN:
        raise NumberUsed
    return known


def _check_free(till: Till, *, shop_id: UUID) -> None:
    """One at a time, as at any terminal: a customer who has the first one's code might pay both.
    Once it is covered it asks for nothing more, and could not be cancelled either: the next one
    need not wait for its confirmations.

    Raises:
        RegisterBusy
    """
    last = last_sale(till_id=till.id)
    if last is None:
        return
    sale = invoice_get(shop_id=shop_id, invoice_id=last.invoice_id)
    if sale.status in OPEN:
        raise RegisterBusy(last.number)
