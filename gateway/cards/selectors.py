"""Questions about cards."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from gateway.cards.life import OPEN
from gateway.cards.models import CardTender, Reader, ReaderPlace
from gateway.events.errors import TillwayError
from gateway.invoices.models import Invoice
from gateway.ramps.configuration import ramp_settings
from gateway.ramps.models import RampAccount

CAPABILITY = "card_payments"


def card_account(*, shop_id: UUID, mode: str) -> RampAccount | None:
    """The account in whose name a shop's cards are charged; None where it takes none. No query
    where no ramp charges cards, one otherwise."""
    try:
        ramps = [entry.name for entry in ramp_settings() if entry.cards and entry.mode == mode]
    except TillwayError:
        return None
    if not ramps:
        return None
    rows = RampAccount.objects.filter(shop_id=shop_id, mode=mode, ramp__in=ramps)
    return next(
        (
            row
            for row in rows.order_by("ramp")
            if row.remote_id and row.capabilities.get(CAPABILITY) == "active"
        ),
        None,
    )


def open_tender(*, invoice_id: UUID) -> CardTender | None:
    """The card payment of an invoice that is under way. One query."""
    return CardTender.objects.filter(invoice_id=invoice_id, status__in=OPEN).first()


def takes_card(*, invoice_id: UUID) -> bool:
    """Whether a card may still pay an invoice, as far as is known without its lock. One query."""
    return Invoice.objects.filter(id=invoice_id, status="waiting", mark="", card="").exists()


def page_to_continue(tender: CardTender | None, *, now: datetime) -> str:
    """The ramp's page where an open payment may still be made; "" for none. No query."""
    if tender is None or tender.status != "open" or now >= tender.ends_at:
        return ""
    return tender.url


def unsettled_sums(*, shop_id: UUID) -> "QuerySet[CardTender, tuple[str, int]]":
    """What of a shop's balances stands on cards whose money has not come: pairs of a currency and
    minor units. Not asked yet, so that it can be asked for with others."""
    rows = CardTender.objects.filter(shop_id=shop_id, unsettled_units__gt=0)
    return rows.values_list("currency").annotate(units=Sum("unsettled_units"))


def readers_of(*, shop_id: UUID) -> list[Reader]:
    """A shop's card readers that are connected, or on their way, and those that were refused and
    not replaced; oldest first. One query."""
    rows = Reader.objects.filter(shop_id=shop_id).exclude(status="removed")
    return list(rows.select_related("place"))


def ready_readers(*, shop_id: UUID, ramp: str) -> list[Reader]:
    """Those that may be asked for a card. One query."""
    return list(Reader.objects.filter(shop_id=shop_id, ramp=ramp, status="ready"))


def place_of(*, shop_id: UUID) -> ReaderPlace | None:
    """Where a shop's card readers stand. One query."""
    return ReaderPlace.objects.filter(shop_id=shop_id).order_by("created_at").first()
