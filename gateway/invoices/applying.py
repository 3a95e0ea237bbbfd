"""Apply what arrived: each deposit once, at the rate it is owed, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import transaction

from gateway.chains.models import Deposit, Token
from gateway.compliance.models import Verdict
from gateway.compliance.screening import deposit_screen, payers_from
from gateway.events.services import emit
from gateway.invoices import locks
from gateway.invoices.advancing import advance, is_called_off
from gateway.invoices.errors import NoPromise
from gateway.invoices.models import Claim, Invoice, LateQuote, Payment
from gateway.invoices.quotebook import Book, decode_book, fit_of, late_promise
from gateway.invoices.settling import Kind, PaymentOutcome, Promise, settle_against
from gateway.ledger import services as ledger
from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.execution.services import fill_request
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


@transaction.atomic
def invoice_apply_deposit(*, deposit_id: UUID, now: datetime) -> Invoice | None:
    """Bring an invoice up to what is known of a deposit: seen, confirmed, held, orphaned.

    Confirmed and screened, it is credited at the rate it is owed. In time is judged by its first
    block, never by ``now``. Safe to call again, at any time and from several places at once: a
    deposit is applied once. Without a verdict on the lists in force nothing is posted. None if
    the deposit belongs to no invoice.
    """
    invoice, deposit = locks.invoice_with_deposit(deposit_id)
    if invoice is None:
        _book_in(deposit, asset=_asset_of(deposit), shop_id=None, now=now)
        return None
    if deposit.chain.mode != invoice.mode:
        # The address is the same on every chain: test money must never meet a live invoice.
        log.error("deposit_of_other_mode", deposit_id=str(deposit_id), invoice_id=str(invoice.id))
        return invoice
    told = _Applying(invoice=invoice, deposit=deposit, now=now).run()
    return advance(invoice, now=now, told=told)


def _book_in(deposit: Deposit, *, asset: Asset, shop_id: UUID | None, now: datetime) -> None:
    """Post what the chain has confirmed; whose it is comes next."""
    if deposit.state in ("confirmed", "final") and deposit.units > 0:
        ledger.post_deposit_confirmed(
            deposit_id=deposit.id,
            chain_id=deposit.chain_id,
            amount=Amount(deposit.units, asset),
            shop_id=shop_id,
            now=now,
        )


def _asset_of(deposit: Deposit) -> Asset:
    return Asset(
        deposit.asset, Token.objects.values_list("decimals", flat=True).get(code=deposit.asset)
    )


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a deposit is owed: a promise and of which kind, or a reason why it is a claim."""

    promise: Promise | None
    kind: Kind = "locked"
    claim: str = ""


class _Applying:
    """One deposit and its locked invoice, through one pass."""

    def __init__(self, *, invoice: Invoice, deposit: Deposit, now: datetime) -> None:
        self.invoice = invoice
        self.deposit = deposit
        self.now = now
        self.book: Book = decode_book(invoice.book)
        self.asset = _asset_of(deposit)
        self.told: list[str] = []

    def run(self) -> list[str]:
        """Post what can be posted; the event types that tell of it."""
        payment = Payment.objects.filter(deposit_id=self.deposit.id, reversed_at=None).first()
        if self.deposit.state == "orphaned":
            self._take_back(payment)
            return self.told
        if self.deposit.state == "seen":
            self._note_late_rate()
            if not self._is_known():
                self.told.append("invoice.payment_seen")
            return self.told
        if self.deposit.units == 0:
            return self.told  # the token's balance bore out nothing of what the log claimed
        if payment is not None:
            return self.told
        if Claim.objects.filter(deposit_id=self.deposit.id, reversed_at=None).exists():
            return self.told
        if not self._is_known():
            self.told.append("invoice.payment_seen")
        self._confirmed()
        return self.told

    def _is_known(self) -> bool:
        return any(
            entry["deposit_id"] == str(self.deposit.id) and entry["state"] != "orphaned"
            for entry in self.invoice.received
        )

    def _confirmed(self) -> None:
        _book_in(self.deposit, asset=self.asset, shop_id=self.invoice.shop_id, now=self.now)
        verdict = deposit_screen(payers=payers_from(self.deposit), now=self.now)
        if verdict is None:
            return
        match verdict.state:
            case "clear":
                self._settle(self._owed(), verdict=verdict)
            case "released":
                self._hold()
                self._settle(self._owed_after_hold(), verdict=verdict)
            case "held":
                self._hold()
            case "returned":
                self._hold()
                ledger.post_returned(**self._whole())
                self._claim(self.deposit.units, reason="returned", posted=True)
                self.told.append("invoice.returned")
            case "blocked":
                self._hold()
                ledger.post_blocked(**self._whole())

    def _whole(self) -> dict[str, Any]:
        return {
            "deposit_id": self.deposit.id,
            "amount": Amount(self.deposit.units, self.asset),
            "shop_id": self.invoice.shop_id,
            "now": self.now,
        }

    def _hold(self) -> None:
        ledger.post_held(**self._whole())

    # --- what it is owed -------------------------------------------------------------------------

    def _owed(self) -> _Owed:
        if is_called_off(self.invoice):
            return _Owed(promise=None, claim="cancelled")
        fit, promise = fit_of(
            self.book,
            asset=self.deposit.asset,
            chain_id=self.deposit.chain_id,
            first_block_time=self.deposit.first_block_time,
        )
        if fit == "wrong_asset":
            return _Owed(promise=None, claim="wrong_asset")
        if promise is not None:
            return _Owed(promise=promise)
        if self.book.terms.late_policy == "refund":
            return _Owed(promise=None, claim="late")
        return self._owed_late(self._late_rate())

    def _owed_after_hold(self) -> _Owed:
        """The lock's rate if the hold was short; otherwise the day's."""
        owed = self._owed()
        honoured = self.deposit.first_block_time + timedelta(seconds=HOLD_HONOUR_SECONDS)
        if owed.promise is None or self.now <= honoured:
            return owed
        return self._owed_late(self._appraised())

    def _owed_late(self, rate: Quote | None) -> _Owed:
        if rate is None:
            # There is no rate of that time, and none is made up: the payer gets the token back.
            return _Owed(promise=None, claim="late")
        try:
            promise = late_promise(rate, amount_units=self.invoice.amount_units)
        except NoPromise:
            return _Owed(promise=None, claim="late")
        return _Owed(promise=promise, kind="late")

    def _note_late_rate(self) -> None:
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

    # --- what becomes of it ----------------------------------------------------------------------

    def _settle(self, owed: _Owed, *, verdict: Verdict) -> None:
        released = verdict.state == "released"
        if released:
            self.told.append("invoice.released")
        if owed.promise is None:
            self._claim_whole(owed.claim, released=released)
            return
        outcome = settle_against(
            owed.promise,
            units=self.deposit.units,
            used=self._used(),
            overpay_tolerance_bps=self.book.terms.overpay_tolerance_bps,
            kind="released" if released else owed.kind,
        )
        if outcome.token_applied == 0:
            self._claim_whole("surplus", released=released)
            return
        self._credit(outcome)
        if outcome.surplus_units:
            if not released:
                ledger.post_surplus(
                    deposit_id=self.deposit.id,
                    amount=Amount(outcome.surplus_units, self.asset),
                    shop_id=self.invoice.shop_id,
                    now=self.now,
                )
            self._claim(outcome.surplus_units, reason="surplus", posted=True)

    def _used(self) -> Fraction:
        """The share of the demand that other deposits already used."""
        counting = Payment.objects.filter(invoice_id=self.invoice.id, reversed_at=None)
        return sum(
            (
                Fraction(applied, due)
                for applied, due in counting.values_list("applied_units", "due_units")
            ),
            Fraction(0),
        )

    def _credit(self, outcome: PaymentOutcome) -> None:
        settlement = Asset(self.invoice.settlement_asset, self.book.settlement_decimals)
        token = Amount(outcome.token_applied, self.asset)
        credit = Amount(outcome.credit_units, settlement)
        fee = Amount(outcome.fee_units, settlement)
        if outcome.kind == "released":
            ledger.post_released(
                deposit_id=self.deposit.id,
                invoice_id=self.invoice.id,
                shop_id=self.invoice.shop_id,
                token=token,
                credit=credit,
                fee=fee,
                surplus=Amount(outcome.surplus_units, self.asset),
                now=self.now,
            )
        else:
            ledger.post_payment(
                deposit_id=self.deposit.id,
                invoice_id=self.invoice.id,
                shop_id=self.invoice.shop_id,
                token=token,
                credit=credit,
                fee=fee,
                kind="payment_late" if outcome.kind == "late" else "payment",
                now=self.now,
            )
        payment = Payment.objects.create(
            deposit_id=self.deposit.id,
            invoice=self.invoice,
            shop_id=self.invoice.shop_id,
            mode=self.invoice.mode,
            chain_id=self.deposit.chain_id,
            kind=outcome.kind,
            token_asset=self.deposit.asset,
            token_units=self.deposit.units,
            applied_units=outcome.token_applied,
            surplus_units=outcome.surplus_units,
            due_units=outcome.due_units,
            settlement_asset=self.invoice.settlement_asset,
            credited_units=outcome.credit_units,
            fee_units=outcome.fee_units,
            applied_at=self.now,
        )
        self._emit_payment("payment.credited", payment)
        self._request_fill(payment)
        self.told.append("invoice.payment_confirmed")

    def _request_fill(self, payment: Payment) -> None:
        """Have the desk sell what it took in."""
        fill_request(
            deposit_id=payment.deposit_id,
            invoice_id=payment.invoice_id,
            shop_id=payment.shop_id,
            chain_id=payment.chain_id,
            token=Amount(payment.applied_units, self.asset),
            settlement_asset=payment.settlement_asset,
            now=self.now,
        )

    def _claim_whole(self, reason: str, *, released: bool) -> None:
        """The whole deposit is the payer's, until they say where to."""
        if released:
            ledger.post_returned(**self._whole())
            self._claim(self.deposit.units, reason=reason, posted=True)
            return
        # A token that wasn't quoted stays in suspense until somebody claims it.
        posted = reason != "wrong_asset"
        if posted:
            ledger.post_surplus(**self._whole())
        self._claim(self.deposit.units, reason=reason, posted=posted)

    def _claim(self, units: int, *, reason: str, posted: bool) -> None:
        Claim.objects.create(
            deposit_id=self.deposit.id,
            invoice=self.invoice,
            shop_id=self.invoice.shop_id,
            asset=self.deposit.asset,
            units=units,
            reason=reason,
            posted=posted,
            created_at=self.now,
        )

    def _take_back(self, payment: Payment | None) -> None:
        """A reorganisation undid the deposit: so are its entries, whoever is left short."""
        ledger.post_deposit_orphaned(deposit_id=self.deposit.id, now=self.now)
        Claim.objects.filter(deposit_id=self.deposit.id, reversed_at=None).update(
            reversed_at=self.now
        )
        if payment is None:
            return
        payment.reversed_at = self.now
        payment.save(update_fields=["reversed_at"])
        self._emit_payment("payment.reversed", payment)

    def _emit_payment(self, kind: str, payment: Payment) -> None:
        emit(
            type=kind,
            subject=f"deposit:{payment.deposit_id}",
            body={
                "payment_id": str(payment.id),
                "deposit_id": str(payment.deposit_id),
                "invoice_id": str(payment.invoice_id),
                "shop_id": str(payment.shop_id),
                "asset": payment.settlement_asset,
                "credited_units": str(payment.credited_units),
                "fee_units": str(payment.fee_units),
                "token_asset": payment.token_asset,
                "token_units": str(payment.applied_units),
                "chain_id": payment.chain_id,
                "kind": payment.kind,
            },
            mode=payment.mode,
            shop_id=payment.shop_id,
            now=self.now,
        )
