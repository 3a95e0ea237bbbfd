"""Who may be asked, and what is on offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from gateway.chains.configuration import configured_chain
from gateway.market.firm.orders import FirmOrder, SignedOrder
from gateway.market.makers.configuration import configured_makers
from gateway.market.makers.models import FirmQuote, MakerStanding

SENDING = timedelta(seconds=30)
"""What an order has to hold yet when it is taken, for its transaction to be mined."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An order that may be taken now."""

    quote_id: UUID
    maker: str
    signed: SignedOrder


def excluded_makers(*, now: datetime) -> set[str]:
    """Names of makers that rest. One query."""
    return set(MakerStanding.objects.filter(excluded_until__gt=now).values_list("maker", flat=True))


def anyone_to_ask(*, chain_id: int, now: datetime) -> bool:
    """Whether a maker quotes for the chain and does not rest. One query; none without makers.

    Raises:
        MakersUnreadable: MAKERS can't be read.
        UnknownChain: the settings don't name the chain.
    """
    chain = configured_chain(chain_id)
    names = {maker.name for maker in configured_makers() if maker.quotes_for(chain)}
    return bool(names) and bool(names - excluded_makers(now=now))


def orders_on_offer(*, reference: str, now: datetime) -> list[Offered]:
    """Orders for a need that hold long enough, of makers that don't rest. Two queries."""
    rows = (
        FirmQuote.objects.filter(
            Q(expiry__gte=int((now + SENDING).timestamp())),
            request__reference=reference,
            status="offered",
        )
        .exclude(request__maker__in=excluded_makers(now=now))
        .select_related("request")
        .order_by("id")
    )
    return [Offered(row.id, row.request.maker, signed_order(row)) for row in rows]


def makers_of(*, transaction_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Makers whose orders these transactions are to do; others have none. One query."""
    rows = FirmQuote.objects.filter(transaction_id__in=list(transaction_ids))
    return {
        id_: maker
        for id_, maker in rows.values_list("transaction_id", "request__maker")
        if id_ is not None
    }


def signed_order(quote: FirmQuote) -> SignedOrder:
    """The order as its maker signed it; its request is at hand."""
    request = quote.request
    order = FirmOrder(
        maker=bytes(quote.maker_address),
        taker=bytes(request.taker),
        token_in=bytes(request.token_in),
        token_out=bytes(request.token_out),
        amount_in=quote.amount_in,
        amount_out=quote.amount_out,
        expiry=int(quote.expiry),
        nonce=quote.nonce,
    )
    return SignedOrder(order, bytes(quote.signature))


def standings(names: Iterable[str]) -> dict[str, MakerStanding]:
    """By name; those who were never asked have none. One query."""
    return {row.maker: row for row in MakerStanding.objects.filter(maker__in=list(names))}
