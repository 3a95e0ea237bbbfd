"""A shop's money reaches the shop: once, only what is final, and never more than there is."""

import threading

import pytest
from django.db import connections, transaction
from eth_abi import decode

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import shop_balance
from gateway.settlement import services
from gateway.settlement.errors import (
    AssetNotPaidOut,
    NothingToPayOut,
    PayoutAddressMissing,
    PayoutConflict,
    PayoutKeyUnreadable,
    PayoutNotCancellable,
    PayoutNotPositive,
    PayoutTooLarge,
    PayoutUnknown,
)
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.selectors import free_float, payable_balances, payout_get, payouts_page
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_status
from tests.settlement.conftest import USDC, USDC_ADDRESS, WALLET, World


def request(world: World, units: int | None = None, key: str | None = None) -> Payout:
    return services.payout_request(
        shop_id=world.shop_id, units=units, idempotency_key=key or str(uuid7()), now=world.now
    )


def balance(world: World) -> tuple[int, int]:
    found = shop_balance(shop_id=world.shop_id, asset=USDC.code)
    return found.available, found.reserved


def payable(world: World) -> int:
    return payable_balances(shop=shop_view(shop_id=world.shop_id))[USDC.code].units


def status(payout: Payout) -> str:
    return Payout.objects.get(id=payout.id).status


def events(payout: Payout) -> list[str]:
    return list(
        Event.objects.filter(subject=f"payout:{payout.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    )


def test_a_payout_goes_all_the_way(world: World) -> None:
    world.fund(100_000_000)
    world.fund(10**18, asset="ETH@31337")
    world.paid(13_300_000)
    payout = request(world)
    assert (payout.units, payout.status) == (13_300_000, "approved")
    assert balance(world) == (0, 13_300_000)

    relay.drain(limit=1000)
    assert status(payout) == "sending"
    (queued,) = world.queued()
    assert bytes(queued.to) == USDC_ADDRESS
    assert bytes(queued.data[:4]).hex() == "a9059cbb"
    to, units = decode(["address", "uint256"], bytes(queued.data[4:]))
    assert (bytes.fromhex(to[2:]), units) == (WALLET, 13_300_000)

    world.transaction_is(queued, "transaction.mined", status="succeeded")
    assert status(payout) == "sent"
    assert balance(world) == (0, 13_300_000)
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert status(payout) == "completed"
    assert balance(world) == (0, 0)
    assert events(payout) == [
        "payout.requested",
        "payout.approved",
        "payout.sent",
        "payout.completed",
    ]
    assert ledger_checks() == []
    body = Event.objects.get(subject=f"payout:{payout.id}", type="payout.completed").body
    assert body["amount"] == "13.300000"
    assert body["destination"] == "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
    assert body["tx_hash"] == "0x" + "ab" * 32


def test_a_credit_is_payable_once_its_deposit_is_final(world: World) -> None:
    deposit_id = world.credited(100)
    relay.drain(limit=1000)
    assert (balance(world), payable(world)) == ((100, 0), 0)
    with pytest.raises(NothingToPayOut):
        request(world)
    world.final(deposit_id)
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_deposit_may_be_final_before_it_is_credited(world: World) -> None:
    deposit_id = uuid7()
    world.final(deposit_id)
    relay.drain(limit=1000)
    world.credited(100, deposit_id=deposit_id)
    assert payable(world) == 0
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_credit_that_nobody_was_told_of_yet_is_not_payable(world: World) -> None:
    world.paid(100)
    world.credited(50)
    assert payable(world) == 100
    with pytest.raises(PayoutTooLarge):
        request(world, 101)


def test_a_payout_leaves_what_is_not_final(world: World) -> None:
    world.paid(100)
    world.credited(50)
    relay.drain(limit=1000)
    request(world, 60)
    assert (balance(world), payable(world)) == ((90, 60), 40)
    request(world)
    assert (balance(world), payable(world)) == ((50, 100), 0)


def test_a_shop_with_an_at_risk_cap_may_draw_that_much_early(world: World) -> None:
    world.open_shop(terms={"at_risk_cap_units": 30})
    world.paid(100)
    world.credited(50)
    relay.drain(limit=1000)
    assert payable(world) == 130
    request(world)
    assert payable(world) == 0


def test_a_reorg_after_finality_takes_the_credit_back(world: World) -> None:
    first = world.paid(100)
    world.paid(70)
    world.say_deposit("deposit.orphaned", first)
    world.reversed(first, 100)
    relay.drain(limit=1000)
    assert (balance(world), payable(world)) == ((70, 0), 70)


def test_a_deposit_that_comes_back_counts_again(world: World) -> None:
    deposit_id = world.paid(100)
    world.say_deposit("deposit.orphaned", deposit_id)
    world.reversed(deposit_id, 100)
    relay.drain(limit=1000)
    assert payable(world) == 0
    world.credited(100, deposit_id=deposit_id)
    world.final(deposit_id)
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_shop_left_negative_draws_nothing(world: World) -> None:
    world.fund(1_000)
    first = world.paid(100)
    request(world)
    world.say_deposit("deposit.orphaned", first)
    world.reversed(first, 100)
    world.paid(40)
    assert (balance(world), payable(world)) == ((-60, 100), 0)
    with pytest.raises(NothingToPayOut):
        request(world)


def test_a_shop_without_an_address_is_told_so(world: World) -> None:
    world.open_shop(payout_address=None)
    world.paid(100)
    with pytest.raises(PayoutAddressMissing) as refused:
        request(world)
    assert refused.value.code == "payout_address_missing"
    assert balance(world) == (100, 0)


@pytest.mark.parametrize("units", [0, -5])
def test_nothing_or_less_is_refused(world: World, units: int) -> None:
    world.paid(100)
    with pytest.raises(PayoutNotPositive):
        request(world, units)


def test_an_absurd_amount_is_refused(world: World) -> None:
    world.paid(100)
    with pytest.raises(PayoutTooLarge):
        request(world, 10**40)


def test_a_suspended_shops_money_waits(world: World) -> None:
    world.paid(100)
    shop_set_status(shop_id=world.shop_id, status="suspended", now=world.now)
    with pytest.raises(ShopNotActive):
        request(world)


def test_an_asset_of_no_chain_is_refused(world: World) -> None:
    world.open_shop(settlement_asset="USDC@8453")
    with pytest.raises(AssetNotPaidOut):
        request(world)


def test_a_test_shop_is_never_paid_on_a_live_chain(world: World) -> None:
    from gateway.chains.models import Chain

    world.paid(100)
    Chain.objects.filter(id=31337).update(mode="live")
    with pytest.raises(AssetNotPaidOut):
        request(world)


def test_the_same_key_is_the_same_payout(world: World) -> None:
    world.paid(100)
    first, second = request(world, 60, "monday"), request(world, 60, "monday")
    assert first.id == second.id
    assert balance(world) == (40, 60)
    with pytest.raises(PayoutConflict):
        request(world, 61, "monday")
    everything = request(world, None, "tuesday")
    assert request(world, None, "tuesday").id == everything.id


def test_a_payout_waits_for_the_float_and_goes_when_it_is_there(world: World) -> None:
    world.fund(99)
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    assert (status(payout), world.queued()) == ("awaiting_funds", [])
    assert Event.objects.filter(type="float.short", body__payout_id=str(payout.id)).count() == 1
    services.payouts_resume(asset=USDC.code, now=world.now)
    assert status(payout) == "awaiting_funds"
    world.fund(1)
    assert status(payout) == "sending"
    assert len(world.queued()) == 1


def test_the_float_is_promised_once(world: World) -> None:
    world.fund(100)
    world.paid(160)
    first, second = request(world, 80), request(world, 80)
    relay.drain(limit=1000)
    assert (status(first), status(second)) == ("sending", "awaiting_funds")
    (queued,) = world.queued()
    world.transaction_is(queued, "transaction.failed", status="reverted", fee=0)
    assert (status(first), status(second)) == ("failed", "sending")


@pytest.mark.parametrize(
    ("type", "told", "becomes", "event"),
    [
        ("transaction.failed", "reverted", "failed", "payout.failed"),
        ("transaction.failed", "refused", "failed", "payout.failed"),
        ("transaction.cancelled", "cancelled", "cancelled", "payout.cancelled"),
    ],
)
def test_a_transaction_that_came_to_nothing_gives_the_money_back(
    world: World, type: str, told: str, becomes: str, event: str
) -> None:
    world.fund(100)
    world.fund(10**18, asset="ETH@31337")
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (queued,) = world.queued()
    world.transaction_is(queued, type, status=told, fee=0 if told == "refused" else 21_000)
    assert status(payout) == becomes
    assert balance(world) == (100, 0)
    assert events(payout)[-1] == event
    assert ledger_checks() == []
    # whatever is told again changes nothing
    world.transaction_is(queued, type, status=told)
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert (status(payout), balance(world)) == (becomes, (100, 0))
    # and the shop may try again
    assert request(world).units == 100


def waiting_for_signer(world: World, units: int = 100) -> tuple[Payout, OutgoingTransaction]:
    payout = request(world, units)
    relay.drain(limit=1000)
    queued = world.queued()[-1]
    world.transaction_is(queued, "transaction.awaiting_limit", status="pending")
    return Payout.objects.get(id=payout.id), queued


def test_a_payout_over_the_signers_limit_waits_and_says_so(world: World) -> None:
    world.fund(150)
    world.fund(10**18, asset="ETH@31337")
    world.paid(200)
    payout, queued = waiting_for_signer(world)
    shown = payout_as_dict(payout)
    assert (shown["status"], shown["waiting_reason"]) == ("awaiting_funds", "signer_limit")
    assert shown["failure"] is None
    assert balance(world) == (100, 100)
    # its money is still promised to it: another payout waits for the float
    assert free_float(asset=USDC) == 50
    other = request(world, 60)
    relay.drain(limit=1000)
    assert payout_as_dict(Payout.objects.get(id=other.id))["waiting_reason"] == "float_short"
    # nobody queues it a second time
    services.payout_send(payout_id=payout.id, now=world.now)
    assert services.payouts_resume(asset=USDC.code, now=world.now) == 0
    assert len(world.queued()) == 1

    world.transaction_is(queued, "transaction.limit_freed", status="pending")
    assert status(payout) == "sending"
    world.transaction_is(queued, "transaction.mined", status="succeeded")
    world.transaction_is(queued, "transaction.final", status="succeeded")
    assert status(payout) == "completed"
    assert Payout.objects.get(id=payout.id).waiting_reason == ""
    assert balance(world) == (40, 60)
    assert ledger_checks() == []


def test_a_payout_that_waits_for_the_signer_can_be_taken_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    services.payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    relay.drain(limit=1000)
    queued.refresh_from_db()
    assert (status(payout), queued.status) == ("cancelled", "cancelled")
    assert balance(world) == (100, 0)
    assert events(payout).count("payout.cancelled") == 1
    assert ledger_checks() == []


def test_a_payout_whose_transaction_was_signed_meanwhile_is_not_taken_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    OutgoingTransaction.objects.filter(id=queued.id).update(status="signed", nonce=7)
    with pytest.raises(PayoutNotCancellable):
        services.payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    assert balance(world) == (0, 100)


def test_a_payout_that_waited_and_then_failed_gives_the_money_back(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout, queued = waiting_for_signer(world)
    world.transaction_is(queued, "transaction.failed", status="refused", fee=0)
    assert (status(payout), balance(world)) == ("failed", (100, 0))


def test_a_payout_moved_to_another_block_is_sent_once(world: World) -> None:
    world.fund(100)
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (queued,) = world.queued()
    for _ in range(2):
        world.transaction_is(queued, "transaction.mined", status="succeeded")
    assert events(payout).count("payout.sent") == 1
    assert len(world.queued()) == 1


def test_sending_again_after_a_crash_at_any_step_queues_nothing_new(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    payout = request(world)
    # before the handler: nothing was queued, the sweep picks it up
    assert services.payouts_resume(asset=USDC.code, now=world.now) == 1
    # the handler comes late, and again
    relay.drain(limit=1000)
    services.payout_send(payout_id=payout.id, now=world.now)
    services.payouts_resume(asset=USDC.code, now=world.now)
    assert len(world.queued()) == 1


def test_a_crash_between_queue_and_status_leaves_neither(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fund(1_000)
    world.paid(100)
    payout = request(world)

    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Payout, "save", crash)
        with transaction.atomic():
            services.payout_send(payout_id=payout.id, now=world.now)
    assert (status(payout), world.queued()) == ("approved", [])
    services.payout_send(payout_id=payout.id, now=world.now)
    assert len(world.queued()) == 1


def test_a_payout_can_be_cancelled_until_it_is_sent(world: World) -> None:
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    assert status(payout) == "awaiting_funds"
    with pytest.raises(PayoutUnknown):
        services.payout_cancel(shop_id=uuid7(), payout_id=payout.id, now=world.now)
    for _ in range(2):
        services.payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    assert (status(payout), balance(world)) == ("cancelled", (100, 0))
    world.fund(1_000)
    assert world.queued() == []
    second = request(world)
    relay.drain(limit=1000)
    with pytest.raises(PayoutNotCancellable):
        services.payout_cancel(shop_id=world.shop_id, payout_id=second.id, now=world.now)


def test_a_threshold_pays_by_itself(world: World) -> None:
    world.fund(1_000)
    world.open_shop(payout_threshold_units=150)
    world.paid(100)
    assert not Payout.objects.filter(shop_id=world.shop_id).exists()
    world.paid(70)
    (payout,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (payout.units, payout.trigger, payout.status) == (170, "threshold", "sending")


def test_a_threshold_rests_after_a_payout_failed(world: World) -> None:
    world.fund(1_000)
    world.open_shop(payout_threshold_units=50)
    world.paid(100)
    (queued,) = world.queued()
    world.transaction_is(queued, "transaction.failed", status="refused", fee=0)
    (failed,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (failed.status, balance(world)) == ("failed", (100, 0))
    world.paid(20)
    assert Payout.objects.filter(shop_id=world.shop_id).count() == 1
    later = failed.ended_at + services.THRESHOLD_REST * 2
    payout = services.payout_if_due(shop_id=world.shop_id, reason="later", now=later)
    assert payout is not None and payout.units == 120


def test_a_threshold_without_an_address_waits_quietly(world: World) -> None:
    world.open_shop(payout_threshold_units=50, payout_address=None)
    world.paid(100)
    assert payable(world) == 100
    assert relay.drain(limit=1000) == 0


def test_a_shop_sees_its_own_payouts_alone(world: World) -> None:
    world.paid(100)
    mine = [request(world, 10) for _ in range(3)]
    page = payouts_page(shop_id=world.shop_id, size=2)
    assert [row.id for row in page.items] == [mine[2].id, mine[1].id]
    rest = payouts_page(shop_id=world.shop_id, cursor=page.next_cursor, size=2)
    assert ([row.id for row in rest.items], rest.next_cursor) == ([mine[0].id], None)
    with pytest.raises(PayoutUnknown):
        payout_get(shop_id=uuid7(), payout_id=mine[0].id)


def test_asking_for_a_payout_costs_a_fixed_number_of_queries(
    world: World, django_assert_max_num_queries
) -> None:
    world.paid(100)
    with django_assert_max_num_queries(15):
        request(world, 10)
    shop = shop_view(shop_id=world.shop_id)
    with django_assert_max_num_queries(3):
        payable_balances(shop=shop)


def test_payouts_racing_for_one_balance_never_draw_more_than_is_final(
    committed_world: World,
) -> None:
    world = committed_world
    world.paid(100)
    world.credited(1_000)
    relay.drain(limit=1000)
    outcomes = in_threads(6, lambda number: request(world, 40))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "Payout",
        "Payout",
        *["PayoutTooLarge"] * 4,
    ]
    assert balance(world) == (1_020, 80)


def test_one_key_used_at_once_is_one_payout(committed_world: World) -> None:
    world = committed_world
    world.paid(100)
    outcomes = in_threads(6, lambda number: request(world, 30, "once"))
    assert len({payout.id for payout in outcomes}) == 1
    assert balance(world) == (70, 30)


def test_workers_that_send_at_once_queue_one_transaction(committed_world: World) -> None:
    world = committed_world
    world.fund(1_000)
    world.paid(100)
    payouts = [request(world, 50), request(world, 50)]
    in_threads(
        6,
        lambda number: services.payout_send(payout_id=payouts[number % 2].id, now=world.now),
    )
    assert sorted(row.reference for row in world.queued()) == sorted(
        f"payout:{payout.id}" for payout in payouts
    )


def test_payouts_sent_at_once_do_not_promise_the_float_twice(committed_world: World) -> None:
    world = committed_world
    world.fund(1_000)
    # other tests that committed may have left some more in the float
    two_fifths = free_float(asset=USDC) * 2 // 5
    world.paid(4 * two_fifths)
    payouts = [request(world, two_fifths) for _ in range(4)]
    in_threads(4, lambda number: services.payout_send(payout_id=payouts[number].id, now=world.now))
    assert sorted(status(payout) for payout in payouts) == [
        *["awaiting_funds"] * 2,
        *["sending"] * 2,
    ]


def in_threads(count: int, work) -> list:
    start = threading.Barrier(count)
    outcomes: list = []

    def run(number: int) -> None:
        try:
            start.wait()
            outcomes.append(work(number))
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("key", ["", "a\0b", "a\nb", "x" * 301])
def test_a_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    with pytest.raises(PayoutKeyUnreadable):
        services.payout_request(shop_id=world.shop_id, units=1, idempotency_key=key, now=world.now)
    assert not Payout.objects.exists()
