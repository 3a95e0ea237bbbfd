"""Asked, claimed, sent, failed, called off and taken back in whatever order: the sums hold."""

from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.chains.models import Deposit
from gateway.events.errors import TillwayError
from gateway.invoices.models import Payment
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.money.assets import Asset
from gateway.refunds.deciding import refund_reject
from gateway.refunds.models import Refund
from tests.chain_rows import USDC
from tests.invoices.conftest import World
from tests.refunds.conftest import Refunds, euros, person

OWED_USDC = Asset(USDC, 6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 1_400)),
        st.tuples(st.sampled_from(["claim", "left", "failed", "reject"]), st.integers(0, 3)),
        st.tuples(st.just("orphaned"), st.just(0)),
    ),
    min_size=4,
    max_size=9,
)


class Story:
    """One invoice, paid in two halves, and what becomes of its refunds."""

    def __init__(self, refunds: Refunds) -> None:
        self.refunds, self.world = refunds, refunds.world
        self.tokens: dict[Any, str] = {}
        self.invoice = self.world.issue()
        half = self.world.quote(self.invoice).units // 2 + 1
        for _ in range(2):
            self.world.confirmed(self.invoice, units=half)
        self.world.hear(Deposit.objects.filter(invoice_id=self.invoice.id).earliest("id"), "final")

    def ask(self, cents: int) -> None:
        asked = self.refunds.ask(self.invoice, amount=euros(cents))
        self.tokens[asked.refund.id] = asked.token

    def claim(self, number: int) -> None:
        for refund in self._nth(number, "requested"):
            self.refunds.claim(self.tokens[refund.id])

    def left(self, number: int) -> None:
        self._end(number, "final", "succeeded")

    def failed(self, number: int) -> None:
        self._end(number, "failed", "reverted")

    def reject(self, number: int) -> None:
        for refund in self._nth(number, "requested", "approved"):
            refund_reject(
                shop_id=refund.shop_id, refund_id=refund.id, by=person(), now=self.world.now
            )

    def orphaned(self, _: int) -> None:
        """The half that is not final is taken back by a reorg, once."""
        last = Deposit.objects.filter(invoice_id=self.invoice.id).latest("id")
        if last.state == "confirmed":
            self.world.hear(last, "orphaned")

    def _nth(self, number: int, *statuses: str) -> list[Refund]:
        mine = Refund.objects.filter(invoice_id=self.invoice.id, status__in=statuses)
        return list(mine.order_by("id")[number : number + 1])

    def _end(self, number: int, type: str, status: str) -> None:
        for refund in self._nth(number, "sending"):
            name = f"refund:{refund.id}:{refund.sends}"
            (outgoing,) = [one for one in self.refunds.queued() if one.reference == name]
            self.refunds.becomes(outgoing, type, status=status)

    def check(self, *, credited_before: int) -> None:
        payments = Payment.objects.filter(invoice_id=self.invoice.id, reversed_at=None)
        gross = sum(int(one.credited_units + one.fee_units) for one in payments)
        credited = sum(int(one.credited_units) for one in payments)
        live = Refund.objects.filter(invoice_id=self.invoice.id).exclude(
            status__in=("expired", "rejected")
        )
        taken = sum(int(one.part_units) for one in live)
        left = sum(int(one.units or 0) for one in live if one.status == "completed")
        # paid = what the shop keeps + what payers are owed + what went back to them
        assert taken <= gross
        assert self.refunds.available() == credited_before + credited - taken
        owed = -balance(account=accounts.refunds(), asset=OWED_USDC).units
        assert owed == taken - left
        assert ledger_checks() == []


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
@pytest.mark.django_db
def test_what_was_paid_is_what_is_kept_owed_and_given_back(
    refunds: Refunds, world: World, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        refunds.fund_quietly()
        refunds.paid(9_000)  # so that a balance is never what stops a refund
        before = refunds.available()
        story = Story(refunds)
        for step, number in steps:
            # Refused, nothing has changed: the check says so.
            with suppress(TillwayError), transaction.atomic():
                getattr(story, step)(number)
            story.check(credited_before=before)
        transaction.set_rollback(True)
