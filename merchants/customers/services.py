"""Who bought, kept and forgotten."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.sealed.keys import key_throw_away
from gateway.events.ids import uuid7
from merchants.customers.errors import CustomerUnknown
from merchants.customers.models import Customer, CustomerInvoice
from merchants.customers.said import Said
from merchants.customers.sealing import about, box_of, email_index, index_of, text_of

KEPT: Final = timedelta(days=3 * 365)
"""Since their last sale; then a customer is forgotten."""
AT_A_TIME: Final = 500
_GONE: Final = {"box": None, "tag": None, "identity_index": None, "email_index": None}


@transaction.atomic
def customer_note(*, shop_id: UUID, invoice_id: UUID, said: Said, now: datetime) -> Customer:
    """Write down who an invoice is for. The same person again is the same row, with what was said
    last. Said again of the same invoice, the first word stands."""
    name, value = said.identity
    identity = index_of(shop_id=shop_id, name=name, value=value)
    known = Customer.objects.filter(shop_id=shop_id, identity_index=identity)
    customer = known.select_for_update().first()
    if customer is None:
        # Two first sales of one person at once: the second waits here and takes the first's row.
        made = _drafted(shop_id=shop_id, invoice_id=invoice_id, said=said, now=now)
        Customer.objects.bulk_create([made], ignore_conflicts=True)
        customer = known.select_for_update().get()
    link = CustomerInvoice(invoice_id=invoice_id, shop_id=shop_id, customer=customer)
    CustomerInvoice.objects.bulk_create([link], ignore_conflicts=True)
    _freshen(customer, said=said, invoice_id=invoice_id, now=now)
    return customer


def _drafted(*, shop_id: UUID, invoice_id: UUID, said: Said, now: datetime) -> Customer:
    customer_id, (name, value) = uuid7(), said.identity
    return Customer(
        id=customer_id,
        shop_id=shop_id,
        box=box_of(said, customer_id=customer_id, now=now),
        tag=_tag(shop_id, said),
        identity_index=index_of(shop_id=shop_id, name=name, value=value),
        email_index=email_index(shop_id=shop_id, email=said.email),
        last_invoice_id=invoice_id,
        first_at=now,
        last_at=now,
    )


def _freshen(customer: Customer, *, said: Said, invoice_id: UUID, now: datetime) -> None:
    changed = ["last_invoice_id", "last_at"]
    customer.last_invoice_id = max(customer.last_invoice_id, invoice_id)
    customer.last_at = max(customer.last_at, now)
    tag = _tag(customer.shop_id, said)
    if bytes(customer.tag or b"") != tag:
        customer.box, customer.tag = box_of(said, customer_id=customer.id, now=now), tag
        customer.email_index = email_index(shop_id=customer.shop_id, email=said.email)
        changed += ["box", "tag", "email_index"]
    customer.save(update_fields=changed)


def _tag(shop_id: UUID, said: Said) -> bytes:
    return index_of(shop_id=shop_id, name="said", value=text_of(said).decode())


@transaction.atomic
def customer_forget(*, shop_id: UUID, customer_id: UUID, now: datetime) -> None:
    """Erase who they are; their sales stay, as a stranger's. Within the hour the key goes too, so
    that no copy of the row can be read either.

    Raises:
        CustomerUnknown: the shop has no such customer, or forgot them before.
    """
    forgotten = Customer.objects.filter(shop_id=shop_id, id=customer_id, forgotten_at=None).update(
        **_GONE, forgotten_at=now
    )
    if not forgotten:
        raise CustomerUnknown


def customers_forget_old(*, now: datetime) -> int:
    """Forget those who bought nothing for `KEPT`; how many. Safe to stop and to begin again."""
    count = 0
    while True:
        with transaction.atomic():
            old = Customer.objects.filter(last_at__lt=now - KEPT, forgotten_at=None)
            ids = list(old.select_for_update(skip_locked=True).values_list("id")[:AT_A_TIME])
            Customer.objects.filter(id__in=[row[0] for row in ids]).update(
                **_GONE, forgotten_at=now
            )
        count += len(ids)
        if len(ids) < AT_A_TIME:
            return count


def customers_throw_keys_away() -> int:
    """Throw away the sealing keys of those who were forgotten; how many."""
    waiting = Customer.objects.filter(forgotten_at__isnull=False, key_gone=False)
    count = 0
    for customer_id in list(waiting.values_list("id", flat=True)[:AT_A_TIME]):
        with transaction.atomic():
            key_throw_away(about(customer_id))
            Customer.objects.filter(id=customer_id).update(key_gone=True)
        count += 1
    return count
