"""Payouts asked for, gathered, mined, moved, refused, undone and taken back in any order: nobody is
paid twice, and what is not paid is the shop's."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.ledger.checks import ledger_checks
from gateway.settlement.batch_sending import payouts_gather
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Payout, PayoutBatch
from gateway.settlement.requesting import payout_cancel
from gateway.settlement.sending import payouts_resume
from gateway.settlement.tasks import gather_payouts
from tests.settlement.asking import balance, request
from tests.settlement.batch_kit import open_way, queued, say, shops
from tests.settlement.conftest import ETH, USDC, World, make_chain

FUNDED = 100_000
ENDED = ("final", "failed", "cancelled")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("take back"), st.integers(0, 20)),
        st.tuples(st.just("gather"), st.integers(0, 30)),
        st.tuples(st.just("mined"), st.integers(0, 7)),
        st.tuples(st.just("final"), st.integers(0, 7)),
        st.tuples(st.just("failed"), st.sampled_from(["reverted", "refused"])),
        st.tuples(st.just("limited"), st.just(0)),
        st.tuples(st.just("told again"), st.integers(0, 20)),
    ),
    min_size=5,
    max_size=25,
)


class Chain:
    """Mines what was queued, in its order, and remembers whom it paid for good."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.paid: Counter[Any] = Counter()
        self.told: list[tuple[OutgoingTransaction, str, str]] = []
        self.limits: set[Any] = set()

    def waiting(self) -> OutgoingTransaction | None:
        return next((each for each in queued() if each.status not in ENDED), None)

    def mined(self, mask: int) -> None:
        if outgoing := self.waiting():
            self._say(outgoing, "transaction.mined", "succeeded", mask)

    def final(self, mask: int) -> None:
        if outgoing := self.waiting():
            members = list(Payout.objects.filter(transaction_id=outgoing.id).order_by("id"))
            refused = self._refused(members, mask) if len(members) > 1 else set()
            self.paid.update(each.id for each in members if each.id not in refused)
            self._end(outgoing, "final")
            self._say(outgoing, "transaction.final", "succeeded", mask)

    def failed(self, status: str) -> None:
        if outgoing := self.waiting():
            self._end(outgoing, "failed")
            self._say(outgoing, "transaction.failed", status, 0)

    def limited(self) -> None:
        if outgoing := self.waiting():
            self.limits.add(outgoing.id)
            self._say(outgoing, "transaction.awaiting_limit", "pending", 0)

    def again(self, nth: int) -> None:
        """An end that was told once is told once more."""
        if self.told:
            outgoing, type, status = self.told[nth % len(self.told)]
            say(self.world, outgoing, type, status=status, logs=[])

    def _say(self, outgoing: OutgoingTransaction, type: str, status: str, mask: int) -> None:
        if type in ("transaction.mined", "transaction.final") and outgoing.id in self.limits:
            self.limits.discard(outgoing.id)
            say(self.world, outgoing, "transaction.limit_freed", status="pending")
        members = list(Payout.objects.filter(transaction_id=outgoing.id).order_by("id"))
        say(self.world, outgoing, type, status=status, refused=self._refused(members, mask))
        if type in ("transaction.final", "transaction.failed"):
            self.told.append((outgoing, type, status))

    def _refused(self, members: list[Payout], mask: int) -> set[Any]:
        return {each.id for number, each in enumerate(members) if mask >> number & 1}

    def _end(self, outgoing: OutgoingTransaction, status: str) -> None:
        nonces = OutgoingTransaction.objects.exclude(nonce=None).count()
        OutgoingTransaction.objects.filter(id=outgoing.id).update(
            status=status,
            nonce=nonces,
            mined_hash=b"\xab" * 32,
            block_hash=b"\xbb" * 32,
            fee_units=1,
        )


class AnyOrder(TestCase):  # type: ignore[misc]
    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(steps=STEPS)
    def test_nobody_is_paid_twice_and_nothing_is_lost(self, steps: list[tuple[str, Any]]) -> None:
        make_chain()
        world = World(now=datetime.now(UTC))
        world.open_shop()
        world.fund(FUNDED)
        world.fund(10**18, asset=ETH.code)
        three = [world, *shops(world, 2)]
        for each in three:
            each.paid(10_000)
        open_way(world)
        chain = Chain(world)
        asked: list[Payout] = []
        for step, value in steps:
            self._take(step, value, chain=chain, three=three, asked=asked)
            self._membership_holds()
        for _ in range(60):  # all that is under way ends well
            gather_payouts()
            payouts_resume(asset=USDC.code, now=datetime.now(UTC) + timedelta(minutes=5))
            if chain.waiting() is None:
                break
            chain.final(0)
        self._all_is_accounted_for(chain, three)

    def _take(
        self, step: str, value: Any, *, chain: Chain, three: list[World], asked: list[Payout]
    ) -> None:
        match step:
            case "ask":
                asked.append(request(three[value], 100 + len(asked)))
                relay.drain(limit=1000)
            case "take back" if asked:
                payout = asked[value % len(asked)]
                try:
                    payout_cancel(
                        shop_id=payout.shop_id, payout_id=payout.id, now=datetime.now(UTC)
                    )
                except PayoutNotCancellable:
                    return
            case "gather":
                payouts_gather(asset=USDC.code, now=datetime.now(UTC) + timedelta(seconds=value))
            case "mined":
                chain.mined(value)
            case "final":
                chain.final(value)
            case "failed":
                chain.failed(value)
            case "limited":
                chain.limited()
            case "told again":
                chain.again(value)

    def _membership_holds(self) -> None:
        """A batch under way has all its payouts, one that came to nothing has none."""
        for batch in PayoutBatch.objects.all():
            members = Payout.objects.filter(batch_id=batch.id)
            assert members.count() == (0 if batch.status == "undone" else batch.size)
            assert not members.exclude(transaction_id=batch.transaction_id).exists()

    def _all_is_accounted_for(self, chain: Chain, three: list[World]) -> None:
        payouts = list(Payout.objects.all())
        assert all(each.status in ("completed", "failed", "cancelled") for each in payouts)
        completed = {each.id for each in payouts if each.status == "completed"}
        assert chain.paid == Counter(completed), "paid once each, and only those that say so"
        for shop in three:
            left = sum(
                each.units
                for each in payouts
                if each.shop_id == shop.shop_id and each.id in completed
            )
            assert balance(shop) == (10_000 - left, 0)
        for batch in PayoutBatch.objects.filter(status="done"):
            fees = Payout.objects.filter(batch_id=batch.id).values_list("fee_units", flat=True)
            assert sum(fees) == batch.fee_units
        assert ledger_checks() == []
