"""A provider's money comes in, waits while it is in use, and goes out, once."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from eth_abi import decode

from gateway.chains.models import Chain
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.errors import ListsMissing
from gateway.compliance.models import ListSource
from gateway.ledger import accounts
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import balance
from gateway.market.liquidity.pool import VIRTUAL_SHARES
from gateway.money.amounts import Amount
from gateway.settlement.selectors import free_float
from gateway.treasury.providers.depositing import deposit_arrived, deposit_decide, deposits_lapse
from gateway.treasury.providers.errors import (
    DepositNotPossible,
    PoolNotPossible,
    ProviderConflict,
    ProviderNotPossible,
    WithdrawalNotPossible,
)
from gateway.treasury.providers.joining import provider_join
from gateway.treasury.providers.models import Withdrawal, WithdrawalPayment
from gateway.treasury.providers.selectors import inventory_of
from gateway.treasury.providers.withdrawing import withdrawal_cancel, withdrawal_retry
from tests.settlement.conftest import CHAIN_ID, TREASURY, USDC, USDC_ADDRESS
from tests.settlement.reconciling.seeing import place_seen
from tests.treasury.providers.conftest import DOLLAR, NOBODY, Providing

HOT = f"custody:hot:{CHAIN_ID}"


def hot() -> int:
    return balance(account=accounts.custody_hot(CHAIN_ID), asset=USDC).units


def use(providing: Providing, units: int) -> None:
    """The desk pays a shop before what it bought is sold: the treasury has less."""
    lent = Amount(units, USDC)
    providing.post(debit(accounts.desk(), lent), credit(accounts.custody_hot(CHAIN_ID), lent))


def give_back(providing: Providing, units: int) -> None:
    back = Amount(units, USDC)
    providing.post(debit(accounts.custody_hot(CHAIN_ID), back), credit(accounts.desk(), back))


def test_in_and_out_again(providing: Providing) -> None:
    bob = providing.join("bob")
    deposit = providing.bring(bob, 300 * DOLLAR)
    assert (deposit.status, deposit.shares) == ("arrived", 300 * DOLLAR * VIRTUAL_SHARES)
    providing.holds()
    free = free_float(asset=USDC)

    withdrawal = providing.want(bob)
    payment = providing.pay()
    assert payment is not None
    assert providing.pay() is None
    queued = OutgoingTransaction.objects.get(id=payment.transaction_id)
    assert (bytes(queued.to), queued.purpose) == (USDC_ADDRESS, "withdrawal")
    to, units = decode(["address", "uint256"], bytes(queued.data[4:]))
    assert (bytes.fromhex(to[2:]), units) == (bytes(bob.wallet), 300 * DOLLAR)
    # what is on its way to a provider no payout may take
    assert free_float(asset=USDC) == free - 300 * DOLLAR
    providing.holds()

    before = hot()
    providing.transaction_is(payment, "transaction.mined")
    assert hot() == before
    providing.transaction_is(payment, "transaction.final")
    assert hot() == before - 300 * DOLLAR
    withdrawal.refresh_from_db()
    assert withdrawal.status == "done"
    assert providing.pool.value.principal == providing.pool.leaving_units == 0
    # whatever is told again changes nothing
    providing.transaction_is(payment, "transaction.final")
    providing.transaction_is(payment, "transaction.failed", status="reverted")
    assert hot() == before - 300 * DOLLAR
    assert free_float(asset=USDC) == free - 300 * DOLLAR
    providing.holds()
    assert providing.said() == [
        "pool.opened",
        "provider.deposit_named",
        "provider.deposited",
        "withdrawal.requested",
        "withdrawal.leaving",
        "withdrawal.paid",
    ]


def test_a_deposit_is_counted_once_and_named_once(providing: Providing) -> None:
    bob, eve = providing.join("bob"), providing.join("eve")
    deposit = providing.announce(bob)
    for _ in range(2):
        deposit_arrived(deposit_id=deposit.id, units=5 * DOLLAR, now=providing.now)
    assert providing.pool.principal_units == 5 * DOLLAR
    providing.named -= 1
    assert providing.announce(bob).id == deposit.id
    other = providing.open(name="other", fee_share_ppm=0, loss_share_ppm=0)
    providing.named -= 1
    providing.pool_id = other.id
    with pytest.raises(DepositNotPossible):
        providing.announce(bob)
    # the same transaction may bring another wallet's money, and the receipt says how much
    assert providing.announce(eve).id != deposit.id


def test_withdrawals_wait_for_what_is_in_use_in_their_order(providing: Providing) -> None:
    bob, eve = providing.join("bob"), providing.join("eve")
    providing.bring(bob, 100 * DOLLAR)
    providing.bring(eve, 20 * DOLLAR)
    use(providing, 115 * DOLLAR)
    found = inventory_of(providing.pool)
    assert (found.idle, found.in_use) == (5 * DOLLAR, 115 * DOLLAR)
    assert found.utilisation_ppm == 958_334
    first, second = providing.want(bob), providing.want(eve, shares=4 * DOLLAR * VIRTUAL_SHARES)
    assert (first.number, second.number) == (1, 2)
    # Eve's 4 would fit into the idle 5; nobody overtakes
    assert providing.pay() is None

    give_back(providing, 35 * DOLLAR)
    payment = providing.pay()
    assert payment is not None
    assert (payment.withdrawal_id, payment.units) == (first.id, 40 * DOLLAR)
    give_back(providing, 80 * DOLLAR)
    # a part is on its way: the rest of it waits for that, and Eve for the rest
    assert providing.pay() is None
    providing.transaction_is(payment, "transaction.final")
    rest = providing.pay()
    assert rest is not None
    # a base unit is lost to rounding, to the pool
    assert (rest.withdrawal_id, rest.number, rest.units) == (first.id, 2, 60 * DOLLAR - 1)
    # Bob is wholly on his way
    last = providing.pay()
    assert last is not None
    assert (last.withdrawal_id, last.units) == (second.id, 4 * DOLLAR)
    for each in (rest, last):
        providing.transaction_is(each, "transaction.final")
    assert providing.pool.principal_units == 16 * DOLLAR + 1
    providing.holds()


def test_missing_money_keeps_withdrawals_in_their_places(
    providing: Providing, settings: Any
) -> None:
    ann, bob = providing.join("ann"), providing.join("bob")
    providing.bring(ann, 600 * DOLLAR)
    providing.bring(bob, 400 * DOLLAR)
    providing.later(minutes=1)
    first, second = providing.want(ann), providing.want(bob)
    place_seen(-1, now=providing.now, account=HOT, asset=USDC.code)
    assert providing.pay() is None
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.waiting_reason, second.waiting_reason) == (
        "waiting",
        "books_differ",
        "",
    )
    settings.RECONCILIATION = {"stop_above": {"test": {USDC.code: 599 * DOLLAR}}}
    assert providing.pay() is None, "nobody overtakes"
    place_seen(0, now=providing.now, account=HOT, asset=USDC.code)
    assert providing.pay() is not None and providing.pay() is not None
    first.refresh_from_db()
    assert first.waiting_reason == ""
    providing.holds()


def test_withdrawals_up_to_the_limit_go_on_and_parts_do_not_pass_below_it(
    providing: Providing, settings: Any
) -> None:
    ann = providing.join("ann")
    providing.bring(ann, 600 * DOLLAR)
    providing.later(minutes=1)
    place_seen(-1, now=providing.now, account=HOT, asset=USDC.code)
    use(providing, 500 * DOLLAR)
    withdrawal = providing.want(ann)
    settings.RECONCILIATION = {"stop_above": {"test": {USDC.code: 200 * DOLLAR}}}
    assert providing.pay() is None, "100 are idle, but 600 are asked for"
    withdrawal_cancel(withdrawal_id=withdrawal.id, now=providing.now)
    withdrawal.refresh_from_db()
    assert (withdrawal.status, withdrawal.waiting_reason) == ("cancelled", "")
    providing.want(ann, shares=providing.position(ann).shares // 6)
    assert providing.pay() is not None


def test_what_others_are_owed_is_not_idle(providing: Providing) -> None:
    bob = providing.join("bob")
    providing.bring(bob, 100 * DOLLAR)
    providing.world.credited(70 * DOLLAR)
    # the shop's 70 lie at a deposit address; were it paid out now, it would be from the pool's
    assert inventory_of(providing.pool).idle == 30 * DOLLAR


@pytest.mark.parametrize("told", ["reverted", "refused", "cancelled"])
def test_a_payment_that_came_to_nothing_puts_all_back(providing: Providing, told: str) -> None:
    bob = providing.join("bob")
    providing.bring(bob, 50 * DOLLAR)
    had = providing.position(bob)
    withdrawal = providing.want(bob)
    type = "transaction.cancelled" if told == "cancelled" else "transaction.failed"
    for attempt in (1, 2, 3):
        payment = providing.pay()
        assert payment is not None
        providing.transaction_is(payment, type, status=told)
        providing.transaction_is(payment, "transaction.final")
        assert providing.position(bob).shares == had.shares
        assert providing.position(bob).withdrawn_units == 0
        providing.holds()
        # it rests a while in its place
        assert providing.pay() is None
        withdrawal.refresh_from_db()
        assert withdrawal.status == ("stuck" if attempt == 3 else "waiting")
        Withdrawal.objects.update(not_before=providing.now)
    assert providing.pay() is None
    withdrawal_retry(withdrawal_id=withdrawal.id, now=providing.now)
    payment = providing.pay()
    assert payment is not None
    providing.transaction_is(payment, "transaction.final")
    withdrawal.refresh_from_db()
    assert withdrawal.status == "done"
    assert WithdrawalPayment.objects.filter(status="done").count() == 1
    providing.holds()


def test_a_stuck_one_lets_the_others_go(providing: Providing) -> None:
    bob, eve = providing.join("bob"), providing.join("eve")
    providing.bring(bob, 50 * DOLLAR)
    providing.bring(eve, 50 * DOLLAR)
    providing.want(bob)
    second = providing.want(eve)
    providing.list_only(bytes(bob.wallet))
    assert providing.pay() is None
    payment = providing.pay()
    assert payment is not None
    assert payment.withdrawal_id == second.id
    assert "withdrawal.stuck" in providing.said()


def test_a_reorg_of_a_payment_is_waited_out(providing: Providing) -> None:
    bob = providing.join("bob")
    providing.bring(bob, 50 * DOLLAR)
    providing.want(bob)
    payment = providing.pay()
    assert payment is not None
    for type in ("transaction.mined", "transaction.orphaned", "transaction.mined"):
        providing.transaction_is(payment, type)
        assert providing.pay() is None
    providing.transaction_is(payment, "transaction.final")
    assert OutgoingTransaction.objects.filter(reference__startswith="withdrawal:").count() == 1
    providing.holds()


def test_a_crash_between_taking_and_queueing_leaves_neither(
    providing: Providing, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = providing.join("bob")
    providing.bring(bob, 50 * DOLLAR)
    providing.want(bob)
    before = providing.pool.value

    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError), transaction.atomic():
        patch.setattr("gateway.treasury.providers.models.LiquidityPool.save", crash)
        providing.pay()
    assert providing.pool.value == before
    assert not WithdrawalPayment.objects.exists()
    assert not OutgoingTransaction.objects.exists()
    assert providing.pay() is not None


def test_one_wish_one_withdrawal(providing: Providing) -> None:
    bob = providing.join("bob")
    with pytest.raises(WithdrawalNotPossible):
        providing.want(bob)
    providing.bring(bob, 50 * DOLLAR)
    all_of_it = providing.position(bob).shares
    for shares in (all_of_it + 1, -1, 0):
        with pytest.raises(WithdrawalNotPossible):
            providing.want(bob, shares=shares)
    one = providing.want(bob, shares=7, key="k")
    assert providing.want(bob, shares=7, key="k").id == one.id
    with pytest.raises(ProviderConflict):
        providing.want(bob, shares=8, key="k")
    with pytest.raises(WithdrawalNotPossible):
        providing.want(bob, shares=8, key="another")
    withdrawal_cancel(withdrawal_id=one.id, now=providing.now)
    two = providing.want(bob, shares=8, key="another")
    assert two.number == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        type(two).objects.create(
            pool_id=providing.pool_id,
            provider=bob,
            number=3,
            key="third",
            shares=1,
            shares_left=1,
            not_before=providing.now,
            requested_at=providing.now,
        )


def test_a_place_given_up_while_a_part_is_leaving(providing: Providing) -> None:
    bob = providing.join("bob")
    providing.bring(bob, 100 * DOLLAR)
    use(providing, 60 * DOLLAR)
    withdrawal = providing.want(bob)
    payment = providing.pay()
    assert payment is not None
    assert payment.units == 40 * DOLLAR
    withdrawal_cancel(withdrawal_id=withdrawal.id, now=providing.now)
    give_back(providing, 60 * DOLLAR)
    assert providing.pay() is None
    providing.transaction_is(payment, "transaction.final")
    withdrawal.refresh_from_db()
    assert (withdrawal.status, providing.pool.principal_units) == ("done", 60 * DOLLAR)
    providing.holds()


def test_money_of_a_listed_wallet_is_held_and_decided(providing: Providing) -> None:
    bob = providing.join("bob")
    held = [providing.announce(bob), providing.announce(bob)]
    providing.list_only(bytes(bob.wallet))
    for deposit in held:
        told = deposit_arrived(deposit_id=deposit.id, units=9 * DOLLAR, now=providing.now)
        assert told.status == "held"
    assert providing.pool.shares == 0
    providing.holds()
    one, other = held
    with pytest.raises(DepositNotPossible, match="still names"):
        deposit_decide(deposit_id=one.id, decision="release", by="ann", now=providing.now)
    deposit_decide(deposit_id=other.id, decision="block", by="ann", now=providing.now)
    providing.list_only(NOBODY)
    deposit_decide(deposit_id=one.id, decision="release", by="ann", now=providing.now)
    with pytest.raises(DepositNotPossible):
        deposit_decide(deposit_id=other.id, decision="release", by="ann", now=providing.now)
    assert providing.pool.principal_units == 9 * DOLLAR
    providing.holds()


def test_without_a_list_nothing_is_found_clear(providing: Providing) -> None:
    bob = providing.join("bob")
    deposit = providing.announce(bob)
    ListSource.objects.update(enabled=False)
    for call in (
        lambda: deposit_arrived(deposit_id=deposit.id, units=1, now=providing.now),
        lambda: providing.join("eve"),
    ):
        with pytest.raises(ListsMissing):
            call()
    assert providing.pool.shares == 0


def test_what_never_comes_lapses_and_may_be_named_again(providing: Providing) -> None:
    deposit = providing.announce(providing.join("bob"))
    providing.later(days=8)
    assert deposits_lapse(now=providing.now) == 1
    deposit.refresh_from_db()
    assert deposit.status == "lapsed"
    providing.named -= 1
    assert providing.announce(deposit.provider).status == "announced"


def test_who_may_not_be_a_provider(providing: Providing) -> None:
    bob = providing.join("bob")
    assert providing.join("bob").id == bob.id
    with pytest.raises(ProviderConflict):
        provider_join(
            name="eve", mode="test", wallet=bytes(bob.wallet), by="ann", now=providing.now
        )
    for wallet in (TREASURY, NOBODY, bytes(20), b"short"):
        with pytest.raises(ProviderNotPossible):
            provider_join(name="eve", mode="test", wallet=wallet, by="ann", now=providing.now)


def test_pools_that_can_not_be(providing: Providing, settings: object) -> None:
    assert providing.open().id == providing.pool_id
    with pytest.raises(ProviderConflict):
        providing.open(fee_share_ppm=1)
    for changes in (
        {"fee_share_ppm": 600_001},
        {"loss_share_ppm": 500_001},
        {"asset": "ETH@31337"},
        {"asset": "NONE@1"},
        {"by": " "},
        {"full_share_units": 0},
    ):
        with pytest.raises(PoolNotPossible):
            providing.open(name="second", **changes)


def test_live_pools_are_off_unless_wanted(providing: Providing, settings: object) -> None:
    Chain.objects.update(mode="live")
    terms = {"name": "live", "fee_share_ppm": 0, "loss_share_ppm": 0}
    with pytest.raises(PoolNotPossible, match="off"):
        providing.open(**terms)
    settings.PROVIDERS = {"live": True}  # type: ignore[attr-defined]
    assert providing.open(**terms).mode == "live"
