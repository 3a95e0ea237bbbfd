"""Apply what arrived: each deposit once, at the rate it is owed, or not at all."""

from collections.abc import Collection, Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Deposit
from gateway.compliance.models import Verdict
from gateway.compliance.screening import deposit_screen, payers_from
from gateway.compliance.selectors import released_at
from gateway.compliance.travelling.errors import PayerNotScreened
from gateway.compliance.travelling.stating import PayerStanding
from gateway.compliance.untold import NAMED, UNTOLD, deposit_hold_untold
from gateway.events.points import point
from gateway.events.services import emit
from gateway.invoices import locks
from gateway.invoices.advancing import advance
from gateway.invoices.models import Claim, Invoice, Payment
from gateway.invoices.owing import Owed, Owing, asset_of
from gateway.invoices.payers import payer_standings
from gateway.invoices.quotebook import Book
from gateway.invoices.settling import PaymentOutcome, settle_against
from gateway.ledger.deposits import (
    post_blocked,
    post_deposit_confirmed,
    post_deposit_orphaned,
    post_held,
    post_payment,
    post_released,
    post_returned,
    post_surplus,
)
from gateway.market.execution.promises import promised_by
from gateway.market.execution.services import collect_request, fill_request
from gateway.market.quotes import Quote
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)


def invoice_apply_deposit(*, deposit_id: UUID, now: datetime) -> Invoice | None:
    """As ``invoice_apply_deposits``, for one."""
    return invoice_apply_deposits(deposit_ids={deposit_id}, now=now)


@transaction.atomic
def invoice_apply_deposits(
    *, deposit_ids: Collection[UUID], now: datetime, released: Collection[UUID] = ()
) -> Invoice | None:
    """Bring an invoice up to what is known of its deposits: seen, confirmed, held, orphaned.

    Confirmed and screened, each is credited at the rate it is owed, the smallest too; the invoice
    is told of once, however many there are. In time is judged by a deposit's first block, never
    by ``now``. Safe to call again, at any time and from several places at once: a deposit is
    applied once. Without a verdict on the lists in force nothing is posted. None if the deposits
    belong to no invoice.

    Args:
        deposit_ids: of one and the same invoice, or of none.
        released: those of them whose hold people have just lifted.
    """
    invoice, deposits = locks.invoice_with_deposits(deposit_ids)
    if invoice is None:
        for deposit in deposits:
            if deposit.state == "orphaned":
                post_deposit_orphaned(deposit_id=deposit.id, now=now)
            else:
                _book_in(deposit, asset=asset_of(deposit), shop_id=None, now=now)
        return None
    deposits = _of_its_mode(invoice, deposits)
    book = invoice.promises
    standings = payer_standings(invoice, deposits=deposits)
    known = frozenset(
        entry["deposit_id"] for entry in invoice.received if entry["state"] != "orphaned"
    )
    told: list[str] = []
    for deposit in deposits:
        is_known = str(deposit.id) in known
        told += _Applying(
            invoice=invoice,
            book=book,
            deposit=deposit,
            is_known=is_known,
            is_let_go=deposit.id in released,
            payer=standings.get(deposit.id, "told"),
            now=now,
        ).run()
    return advance(invoice, now=now, told=dict.fromkeys(told)) if deposits else invoice


def _of_its_mode(invoice: Invoice, deposits: Iterable[Deposit]) -> list[Deposit]:
    """The address is the same on every chain: test money must never meet a live invoice."""
    found = []
    for deposit in deposits:
        if deposit.chain.mode == invoice.mode:
            found.append(deposit)
        else:
            log.error(
                "deposit_of_other_mode", deposit_id=str(deposit.id), invoice_id=str(invoice.id)
            )
    return found


def _book_in(deposit: Deposit, *, asset: Asset, shop_id: UUID | None, now: datetime) -> None:
    """Post what the chain has confirmed; whose it is comes next."""
    if deposit.state in ("confirmed", "final") and deposit.units > 0:
        post_deposit_confirmed(
            deposit_id=deposit.id,
            chain_id=deposit.chain_id,
            amount=Amount(deposit.units, asset),
            shop_id=shop_id,
            now=now,
        )


class _Applying:
    """One deposit and its locked invoice, through one pass."""

    def __init__(
        self,
        *,
        invoice: Invoice,
        book: Book,
        deposit: Deposit,
        is_known: bool,
        is_let_go: bool,
        payer: PayerStanding,
        now: datetime,
    ) -> None:
        self.invoice = invoice
        self.book = book
        self.deposit = deposit
        self.is_known = is_known
        self.is_let_go = is_let_go
        self.payer = payer
        self.now = now
        self.asset = asset_of(deposit)
        self.owing = Owing(invoice=invoice, book=book, deposit=deposit, asset=self.asset, now=now)
        self.told: list[str] = []

    def run(self) -> list[str]:
        """Post what can be posted; the event types that tell of it."""
        payment = Payment.objects.filter(deposit_id=self.deposit.id, reversed_at=None).first()
        if self.deposit.state == "orphaned":
            self._take_back(payment)
            return self.told
        if self.deposit.state == "seen":
            self.owing.note_late_rate()
            if self.payer != "told":
                self._held_untold(deposit_screen(payers=payers_from(self.deposit), now=self.now))
            if not self.is_known:
                self.told.append("invoice.payment_seen")
            return self.told
        if self.deposit.units == 0:
            return self.told  # the token's balance bore out nothing of what the log claimed
        if payment is not None:
            if self.is_let_go and payment.kind != "released":
                # Its payer was listed after it was credited: nothing is posted, but all is well.
                self.told.append("invoice.released")
            return self.told
        if Claim.objects.filter(deposit_id=self.deposit.id, reversed_at=None).exists():
            return self.told
        if not self.is_known:
            self.told.append("invoice.payment_seen")
        self._confirmed()
        return self.told

    def _confirmed(self) -> None:
        _book_in(self.deposit, asset=self.asset, shop_id=self.invoice.shop_id, now=self.now)
        verdict = deposit_screen(payers=payers_from(self.deposit), now=self.now)
        verdict = self._held_untold(verdict) or verdict
        if verdict is None:
            return
        match verdict.state:
            case "clear":
                self._settle(self.owing.owed(), verdict=verdict)
            case "released":
                self._hold()
                owed = self.owing.owed_after_hold(released_at=released_at(verdict))
                self._settle(owed, verdict=verdict)
            case "held":
                self._hold()
            case "returned":
                self._hold()
                self._claim_whole("returned", released=True)
                self.told.append("invoice.returned")
            case "blocked":
                self._hold()
                post_blocked(**self._whole())

    def _held_untold(self, verdict: Verdict | None) -> Verdict | None:
        """The verdict that holds money of which nobody said who pays; None where that is no
        matter. Who is to pay is asked, again if they said it of another wallet.

        Raises:
            PayerNotScreened: nobody can say yet whether a list names who said so; tried again.
        """
        if self.payer == "told" or verdict is None or verdict.state != "clear":
            return None
        if self.payer == "pending":
            raise PayerNotScreened
        if self.payer == "untold":
            self.invoice.payer_told_until = None
        return deposit_hold_untold(
            payers=payers_from(self.deposit),
            reason=NAMED if self.payer == "named" else UNTOLD,
            now=self.now,
        )

    def _whole(self) -> dict[str, Any]:
        return {
            "deposit_id": self.deposit.id,
            "amount": Amount(self.deposit.units, self.asset),
            "shop_id": self.invoice.shop_id,
            "now": self.now,
        }

    def _hold(self) -> None:
        post_held(**self._whole())

    # --- what becomes of it ----------------------------------------------------------------------

    def _settle(self, owed: Owed, *, verdict: Verdict) -> None:
        if self.invoice.card == "taking":
            return  # whether the demand is paid already is known once the card's bank has said
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
        self._credit(outcome, quote=owed.quote)
        if outcome.surplus_units:
            if not released:
                post_surplus(
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

    def _credit(self, outcome: PaymentOutcome, *, quote: Quote | None) -> None:
        settlement = Asset(self.invoice.settlement_asset, self.book.settlement_decimals)
        token = Amount(outcome.token_applied, self.asset)
        credit = Amount(outcome.credit_units, settlement)
        fee = Amount(outcome.fee_units, settlement)
        if outcome.kind == "released":
            post_released(
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
            post_payment(
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
        point("payment.credited")
        self._request_fill(payment, quote=quote)
        self.told.append("invoice.payment_confirmed")

    def _request_fill(self, payment: Payment, *, quote: Quote | None) -> None:
        """Have the desk sell what it took in."""
        fill_request(
            deposit_id=payment.deposit_id,
            invoice_id=payment.invoice_id,
            shop_id=payment.shop_id,
            chain_id=payment.chain_id,
            token=Amount(payment.applied_units, self.asset),
            settlement_asset=payment.settlement_asset,
            promised=promised_by(quote) if quote else None,
            now=self.now,
        )

    def _claim_whole(self, reason: str, *, released: bool) -> None:
        """The whole deposit is the payer's, until they say where to; we keep it for them."""
        # A token that wasn't quoted stays in suspense until somebody claims it.
        posted = released or reason != "wrong_asset"
        if released:
            post_returned(**self._whole())
        elif posted:
            post_surplus(**self._whole())
        self._claim(self.deposit.units, reason=reason, posted=posted)
        collect_request(
            deposit_id=self.deposit.id,
            invoice_id=self.invoice.id,
            shop_id=self.invoice.shop_id,
            chain_id=self.deposit.chain_id,
            token=Amount(self.deposit.units, self.asset),
            settlement_asset=self.invoice.settlement_asset,
            now=self.now,
        )

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
        post_deposit_orphaned(deposit_id=self.deposit.id, now=self.now)
        Claim.objects.filter(deposit_id=self.deposit.id, reversed_at=None).update(
            reversed_at=self.now
        )
        if payment is None:
            return
        payment.reversed_at = self.now
        payment.save(update_fields=["reversed_at"])
        self._emit_payment("payment.reversed", payment)
        point("payment.reversed")

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
            lane=f"invoice:{payment.invoice_id}",
            now=self.now,
        )
