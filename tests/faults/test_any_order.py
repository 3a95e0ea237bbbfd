"""Invoices, deposits, reorgs, holds, refunds and payouts in any order: the same sums hold."""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.chains.models import Deposit
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.holds import hold_block, hold_release, hold_return
from gateway.compliance.models import Hold
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.invoices.models import Claim, Invoice, Payment
from gateway.invoices.services import invoice_void
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import shop_balance
from gateway.refunds.models import Refund
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_cancel, payout_request
from tests.chain_rows import USDC
from tests.invoices.conftest import LISTED
from tests.refunds.conftest import Refunds, euros

EXAMPLES = int(os.environ.get("ANY_ORDER_EXAMPLES", "10"))
NTH = st.integers(0, 5)
DECISIONS = (hold_release, hold_return, hold_block)


class AnyOrder(RuleBasedStateMachine):
    """A shop with some sales; anybody does anything. The chain is rows, the database a real one.

    Each example is undone at its end by rolling its transaction back.
    """

    refunds: ClassVar[Refunds]

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[Any, str] = {}
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    @initialize()
    def open(self) -> None:
        self.world = self.refunds.world
        self.refunds.fund_quietly()
        self.invoices: list[Invoice] = []
        for cents in (4_000, 1_250, 2_000, 900):
            self.invoices.append(self.world.issue(cents))
        final, confirmed, held, _open = self.invoices
        self.world.hear(self.world.confirmed(final), "final")
        units = self.world.quote(confirmed).units * 3 // 2
        self.world.confirmed(confirmed, units=units)
        self.world.confirmed(held, sender=LISTED)

    # ------------------------------------------------------------------ what people do

    @rule(cents=st.integers(100, 9_000))
    def sell(self, cents: int) -> None:
        if len(self.invoices) < 6:
            self.invoices.append(self.world.issue(cents))

    @rule(
        nth=NTH,
        share=st.sampled_from([30, 50, 100, 160]),
        listed=st.booleans(),
        goes_on=st.sampled_from([(), ("confirmed",), ("confirmed", "final")]),
    )
    def pay(self, nth: int, share: int, listed: bool, goes_on: tuple[str, ...]) -> None:
        invoice = self._of(self.invoices, nth)
        if invoice is None or Deposit.objects.filter(invoice_id=invoice.id).count() > 3:
            return
        units = self.world.quote(invoice).units * share // 100
        facts: dict[str, Any] = {"sender": LISTED} if listed and share == 50 else {}
        self.world.hear(self.world.pay(invoice, units=units, **facts), *goes_on)

    @rule(nth=NTH)
    def void(self, nth: int) -> None:
        if invoice := self._of(self.invoices, nth):
            self._try(
                lambda: invoice_void(
                    shop_id=invoice.shop_id, invoice_id=invoice.id, now=self.world.now
                )
            )

    @rule(nth=NTH, decision=st.sampled_from(DECISIONS))
    def decide(self, nth: int, decision: Callable[..., Any]) -> None:
        held = Hold.objects.filter(approved_at=None).values("deposit_id")
        if deposit := self._of(list(Deposit.objects.filter(id__in=held).order_by("id")), nth):
            self._try(lambda: self.world.decide(deposit, decision))

    @rule(nth=NTH, cents=st.integers(1, 2_000), claimed=st.booleans())
    def ask_back(self, nth: int, cents: int, claimed: bool) -> None:
        invoice = self._of(self.invoices, nth)
        if invoice is None:
            return

        def ask() -> None:
            asked = self.refunds.ask(invoice, amount=euros(cents))
            self.tokens[asked.refund.id] = asked.token
            if claimed:
                self.refunds.claim(asked.token)

        self._try(ask)

    @rule(nth=NTH)
    def ask_back_what_is_owed(self, nth: int) -> None:
        claim = self._of(list(Claim.objects.filter(reversed_at=None).order_by("id")), nth)
        if claim is None:
            return

        def ask() -> None:
            asked = self.refunds.ask(claim.invoice, claim_id=claim.id)
            self.tokens[asked.refund.id] = asked.token

        self._try(ask)

    @rule(nth=NTH)
    def claim(self, nth: int) -> None:
        open_ = Refund.objects.filter(status="requested", id__in=list(self.tokens))
        if refund := self._of(list(open_.order_by("id")), nth):
            self._try(lambda: self.refunds.claim(self.tokens[refund.id]))

    @rule(share=st.sampled_from([10, 50, 100]))
    def pay_out(self, share: int) -> None:
        available = shop_balance(shop_id=self.world.shop_id, asset=USDC).available
        units = available * share // 100
        if units <= 0:
            return

        def ask() -> None:
            payout_request(
                shop_id=self.world.shop_id,
                units=units,
                idempotency_key=str(uuid7()),
                now=self.world.now,
            )
            self.world.drain()

        self._try(ask)

    @rule(nth=NTH)
    def take_payout_back(self, nth: int) -> None:
        if payout := self._of(list(Payout.objects.order_by("id")), nth):
            self._try(
                lambda: payout_cancel(
                    shop_id=payout.shop_id, payout_id=payout.id, now=self.world.now
                )
            )

    # ------------------------------------------------------------------ what the chain does

    @rule(nth=NTH)
    def confirm(self, nth: int) -> None:
        self._deposit_goes_on(nth, "seen", "confirmed")

    @rule(nth=NTH)
    def bury(self, nth: int) -> None:
        self._deposit_goes_on(nth, "confirmed", "final")

    @rule(nth=NTH, state=st.sampled_from(["seen", "confirmed"]))
    def reorganise(self, nth: int, state: str) -> None:
        self._deposit_goes_on(nth, state, "orphaned")

    @precondition(lambda self: OutgoingTransaction.objects.filter(status="queued").exists())
    @rule(nth=NTH, succeeds=st.booleans())
    def send(self, nth: int, succeeds: bool) -> None:
        """A transaction's end, told twice: whoever hears of it must not act twice."""
        told = [
            one
            for one in OutgoingTransaction.objects.exclude(purpose="sweep").order_by("id")
            if self._waits_for(one)
        ]
        if (outgoing := self._of(told, nth)) is None:
            return
        type, status = ("final", "succeeded") if succeeds else ("failed", "reverted")
        for _ in range(2):
            self.refunds.becomes(outgoing, type, status=status)

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def books_hold(self) -> None:
        assert ledger_checks() == []

    @invariant()
    def a_shop_has_what_it_was_credited_less_what_left(self) -> None:
        if not hasattr(self, "world"):
            return
        payments = Payment.objects.filter(reversed_at=None, shop_id=self.world.shop_id)
        credited = sum(int(one.credited_units) for one in payments)
        refunded = sum(
            int(one.taken_units)
            for one in Refund.objects.exclude(status__in=("expired", "rejected"))
        )
        kept = Payout.objects.exclude(status__in=("cancelled", "failed"))
        paid_out = sum(int(one.taken_units) for one in kept)
        found = shop_balance(shop_id=self.world.shop_id, asset=USDC)
        assert found.available == credited - refunded - paid_out
        assert found.reserved == sum(
            int(one.taken_units) for one in kept if one.status != "completed"
        )

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        names = list(
            OutgoingTransaction.objects.filter(purpose__in=("payout", "refund")).values_list(
                "reference", flat=True
            )
        )
        assert len(names) == len(set(names))

    # ------------------------------------------------------------------ how

    def _waits_for(self, outgoing: OutgoingTransaction) -> bool:
        kind, _, rest = outgoing.reference.partition(":")
        if kind == "payout":
            return Payout.objects.filter(id=rest, status__in=("sending", "sent")).exists()
        if kind == "refund":
            name = rest.partition(":")[0]
            return Refund.objects.filter(id=name, status="sending").exists()
        return False

    def _deposit_goes_on(self, nth: int, state: str, then: str) -> None:
        found = Deposit.objects.filter(state=state).order_by("id")
        if deposit := self._of(list(found), nth):
            self.world.hear(deposit, then)

    def _try(self, work: Callable[[], Any]) -> None:
        """Refused, nothing has changed: the invariants say so."""
        with suppress(TillwayError), transaction.atomic():
            work()
            self.world.drain()

    def _of(self, found: list[Any], nth: int) -> Any:
        return found[nth % len(found)] if found else None


@pytest.mark.django_db
def test_in_any_order_the_same_sums_hold(refunds: Refunds) -> None:
    AnyOrder.refunds = refunds
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
