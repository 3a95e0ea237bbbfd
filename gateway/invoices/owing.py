"""What a deposit is owed: the lock's rate, its day's, or itself back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.chains.models import Deposit, Token
from gateway.invoices.advancing import is_called_off
from gateway.invoices.errors import NoPromise
from gateway.invoices.models import Invoice, LateQuote
from gateway.invoices.quotebook import Book, fit_of, late_promise, quote_for
from gateway.invoices.settling import Kind, Promise
from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.quotes import Quote, appraise
from gateway.market.selectors import buy_price_at
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset

log = structlog.get_logger(__name__)

LATE_RATE_SECONDS = 300
"""Where the minute's price was not kept, a rate drawn this soon after the first block stands for
it; later there is none."""
HOLD_HONOUR_SECONDS = 86_400
"""A hold released this soon after the first block is credited at the lock; later at its day's."""


def asset_of(deposit: Deposit) -> Asset:
    """A deposit's token with its decimals. One query."""
    return Asset(
        deposit.asset, Token.objects.values_list("decimals", flat=True).get(code=deposit.asset)
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """A promise and of which kind, with the quote that made it; or a reason why it is a claim."""

    promise: Promise | None
    kind: Kind = "locked"
    claim: str = ""
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Owing:
    """A deposit of a locked invoice, asked what it is owed."""

    invoice: Invoice
    book: Book
    deposit: Deposit
    asset: Asset
    now: datetime

    def owed(self) -> Owed:
        if is_called_off(self.invoice):
            return Owed(promise=None, claim="cancelled")
        if self.invoice.card == "paid":
            return Owed(promise=None, claim="surplus")
        fit, promise = fit_of(
            self.book,
            asset=self.deposit.asset,
            chain_id=self.deposit.chain_id,
            first_block_time=self.deposit.first_block_time,
        )
        if fit == "wrong_asset":
            return Owed(promise=None, claim="wrong_asset")
        if promise is not None:
            drawn = self.book.in_force(self.deposit.first_block_time)
            return Owed(promise=promise, quote=quote_for(drawn, self.deposit.asset))
        if self.book.terms.late_policy == "refund":
            return Owed(promise=None, claim="late")
        return self._owed_late(self._late_rate())

    def owed_after_hold(self, *, released_at: datetime) -> Owed:
        """The lock's rate if the hold was short; otherwise the day's. When it is applied, which
        may be long after people let it go, decides nothing."""
        owed = self.owed()
        honoured = self.deposit.first_block_time + timedelta(seconds=HOLD_HONOUR_SECONDS)
        if owed.promise is None or released_at <= honoured:
            return owed
        return self._owed_late(self._appraised())

    def _owed_late(self, rate: Quote | None) -> Owed:
        if rate is None:
            # There is no rate of that time, and none is made up: the payer gets the token back.
            return Owed(promise=None, claim="late")
        try:
            promise = late_promise(rate, amount_units=self.invoice.amount_units)
        except NoPromise:
            return Owed(promise=None, claim="late")
        return Owed(promise=promise, kind="late", quote=rate)

    def note_late_rate(self) -> None:
        """Draw the rate of a late deposit when it is seen, so that nobody can wait for a better
        one."""
        if self.book.terms.late_policy != "credit" or is_called_off(self.invoice):
            return
        fit, _ = fit_of(
            self.book,
            asset=self.deposit.asset,
            chain_id=self.deposit.chain_id,
            first_block_time=self.deposit.first_block_time,
        )
        if fit == "late":
            self._late_rate()

    def _late_rate(self) -> Quote | None:
        """What the deposit was worth at its first block; None if nobody asked in time.

        A deposit mined again keeps the rate of its first time.
        """
        ids = [self.deposit.id, *filter(None, [self.deposit.remined_from_id])]
        kept = LateQuote.objects.filter(deposit_id__in=ids).order_by("drawn_at").first()
        if kept is not None:
            return msgspec.json.decode(kept.quote, type=Quote)
        then = buy_price_at(asset=self.deposit.asset, at=self.deposit.first_block_time)
        age = self.now - self.deposit.first_block_time
        if then is None and age > timedelta(seconds=LATE_RATE_SECONDS):
            return None
        rate = self._appraised(buy_usd_e18=then)
        if rate is not None:
            LateQuote.objects.create(
                deposit_id=self.deposit.id,
                invoice_id=self.invoice.id,
                quote=msgspec.json.encode(rate).decode(),
                drawn_at=self.now,
            )
        return rate

    def _appraised(self, *, buy_usd_e18: int | None = None) -> Quote | None:
        """The deposit's worth with today's spread, or None where the market refuses to say.

        Args:
            buy_usd_e18: what a whole token was worth then; today's value if unset.
        """
        try:
            return appraise(
                snapshot=current_snapshot(),
                token=Amount(self.deposit.units, self.asset),
                pricing=FIAT[self.invoice.currency],
                settlement_asset=self.invoice.settlement_asset,
                fee_bps=self.book.terms.fee_bps,
                now=self.now,
                buy_usd_e18=buy_usd_e18,
            )
        except (MarketUnavailable, QuoteRefused) as refused:
            log.warning("late_rate_refused", deposit_id=str(self.deposit.id), code=refused.code)
            return None
