"""A longer, dearer lock of one token for who pays from an exchange, whose withdrawals take long.

It is no option that costs nothing (decision 38): once per invoice, while the first price still
holds and nothing has arrived, and never at fewer units than the price it ends asked for. It is
priced as if all who choose it were strategic, since choosing it is what they would do.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.invoices import locks
from gateway.invoices.changing import check_asking, put_quotes
from gateway.invoices.errors import (
    ExchangeLockDearer,
    ExchangeLockOff,
    NoQuote,
    PayerUntold,
)
from gateway.invoices.issuing import draw_quotes
from gateway.invoices.models import Invoice
from gateway.invoices.payers import payer_needed
from gateway.invoices.quotebook import Book, QuoteSet, quote_for
from gateway.market.quotes import Quote, no_better
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.money.rates import PPM
from gateway.shops.selectors import ShopView

NOT_CHOSEN: Final = "other_token_chosen"
"""Why the other tokens are not offered any more: the longer lock is of one."""


@dataclass(frozen=True, slots=True)
class ExchangeOffer:
    """What the longer lock would be, and the price that it would end."""

    held: Quote
    longer: Quote

    @property
    def more_units(self) -> int:
        """Base units of the token that it costs more."""
        return self.longer.units - self.held.units


def exchange_lock_open(invoice: Invoice, *, now: datetime) -> bool:
    """Whether the longer lock may be chosen. Pure.

    Only under the first price, and only while it holds: whoever saw it lapse, or had it renewed,
    has had a look at the market already.
    """
    book = invoice.promises
    return (
        book.terms.exchange_lock_seconds > 0
        and invoice.status == "waiting"
        and not invoice.received
        and not invoice.card
        and len(book.sets) == 1
        and now < invoice.lock_end
    )


def exchange_offer(*, invoice: Invoice, asset: str, now: datetime) -> ExchangeOffer:
    """What choosing it now would cost; nothing is written or reserved. Two queries.

    Raises:
        ExchangeLockOff: it can't be chosen (any more).
        PayerUntold: who pays must be said first.
        NoQuote: the token can't be promised for so long now.
        ShopNotActive, ShopHasNoPayoutAddress, ScreeningUnavailable: nothing is asked for.
    """
    shop = check_asking(invoice, now=now)
    held, drawn = _drawn(invoice, shop=shop, asset=asset, now=now)
    return ExchangeOffer(held=held, longer=drawn.quotes[0])


@transaction.atomic
def invoice_lock_for_exchange(
    *, invoice_id: UUID, asset: str, at_most_units: int, now: datetime
) -> Invoice:
    """End the first price for a longer one of ``asset`` alone, and count the longer lock.

    Args:
        at_most_units: what the shopper was shown; should the market have moved since, they look
            again.

    Raises:
        InvoiceNotFound: there is none.
        ExchangeLockDearer: it would ask for more than ``at_most_units``.
        LockCapReached: it would pass the shop's cap of open locks.
        and what ``exchange_offer`` raises; the first price stands then.
    """
    invoice = locks.invoice_for_update(invoice_id=invoice_id)
    shop = check_asking(invoice, now=now)
    _, drawn = _drawn(invoice, shop=shop, asset=asset, now=now)
    if drawn.quotes[0].units > at_most_units:
        raise ExchangeLockDearer
    return put_quotes(invoice, shop=shop, drawn=drawn, now=now)


def _drawn(
    invoice: Invoice, *, shop: ShopView, asset: str, now: datetime
) -> tuple[Quote, QuoteSet]:
    """The price that would end, and the set of the one longer lock."""
    book = invoice.promises
    if not exchange_lock_open(invoice, now=now):
        raise ExchangeLockOff
    if payer_needed(invoice):
        raise PayerUntold
    held = quote_for(book.latest, asset)
    if held is None:
        raise NoQuote({asset: book.latest.refused.get(asset, "unknown_asset")})
    drawn = draw_quotes(
        shop=shop,
        amount=Amount(invoice.amount_units, FIAT[invoice.currency]),
        lock_seconds=book.terms.exchange_lock_seconds,
        shorten_lock=False,
        now=now,
        only=(asset,),
        strategic_share_ppm=PPM,
    )
    (fresh,) = drawn.quotes
    longer = msgspec.structs.replace(
        drawn,
        quotes=(no_better(fresh, than=held),),
        refused=_others(book, asset=asset),
        for_exchange=True,
    )
    return held, longer


def _others(book: Book, *, asset: str) -> dict[str, str]:
    others = (quote.asset for quote in book.latest.quotes if quote.asset != asset)
    return book.latest.refused | dict.fromkeys(others, NOT_CHOSEN)
