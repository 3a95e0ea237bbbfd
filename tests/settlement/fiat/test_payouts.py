"""Money to a shop's bank: converted, transferred, paid, refused, sent back; the books agree."""

import random
from typing import Any

import pytest
from django.utils import timezone

from gateway.events.models import Event
from gateway.market.errors import BelowMinimum, MarketUnavailable
from gateway.market.snapshot_store import forget_snapshot
from gateway.ramps.errors import RampNotOffered, RampNotReady
from gateway.ramps.models import RampAccount, RampInstruction
from gateway.ramps.onboarding import accounts_refresh
from gateway.settlement.errors import PayoutBeyondRamp, PayoutConflict, PayoutTooLarge
from gateway.settlement.fiat_sending import fetches_try_again
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.settlement.sending import payout_send
from tests.ramps.kit import Killed, killer
from tests.settlement.asking import events
from tests.settlement.fiat.kit import FLOAT, Till
from tests.settlement.reconciling.seeing import place_seen
from tests.stripe_fake import accounts, payouts, transfers
from tests.stripe_fake.faults import Fault

USDC_UNITS = 54_000_000
"""54 USDC, which are 50 EUR at the market's rate, less what the conversion keeps."""


def test_a_shop_is_paid_to_its_bank_in_euros(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    assert (payout.ramp, payout.asset, payout.chain_id, payout.destination) == (
        "stripe",
        "EUR",
        None,
        None,
    )
    p = payout.units
    assert 49_00 < p < 50_00
    till.holds(at_ramp=FLOAT, transit=0, shop=(0, p))
    assert till.usdc == 46_000_000
    till.turn()
    till.holds(at_ramp=FLOAT - p, transit=p, shop=(0, p))
    till.turn()
    payout.refresh_from_db()
    assert payout.status == "sent"
    till.arrives()
    till.turn()
    payout.refresh_from_db()
    assert payout.status == "completed"
    till.holds(at_ramp=FLOAT - p, transit=0, shop=(0, 0))
    till.agrees()
    assert events(payout) == [
        "payout.requested",
        "payout.approved",
        "payout.sent",
        "payout.completed",
    ]


def test_what_it_gives_is_the_fair_rate_less_what_is_named(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    parts = payout.conversion
    assert parts is not None
    kept = 1_000_000 - parts["spread_ppm"] - parts["promise_ppm"] - parts["fill_ppm"]
    assert abs(int(parts["fair_units"]) * kept // 1_000_000 - payout.units) <= 1
    assert int(parts["fair_units"]) <= 50_00


def test_without_a_market_nothing_is_promised(till: Till, valkey: Any) -> None:
    forget_snapshot()
    valkey.flushdb()
    with pytest.raises(MarketUnavailable):
        payout_request(
            shop_id=till.world.shop_id,
            units=USDC_UNITS,
            idempotency_key="k",
            into="EUR",
            now=till.place.now,
        )
    assert till.usdc == 100_000_000


def test_the_same_key_is_the_same_payout(till: Till) -> None:
    first = till.ask(USDC_UNITS, key="monday")
    assert till.ask(USDC_UNITS, key="monday").id == first.id
    with pytest.raises(PayoutConflict):
        till.ask(USDC_UNITS + 1, key="monday")
    with pytest.raises(PayoutTooLarge):
        till.ask(USDC_UNITS)


def test_a_shop_without_an_account_is_told_so(till: Till) -> None:
    RampAccount.objects.all().delete()
    with pytest.raises(RampNotReady):
        till.ask(USDC_UNITS)


def test_a_live_shop_is_never_paid_through_a_test_ramp(till: Till, settings: Any) -> None:
    settings.RAMPS = []
    with pytest.raises(RampNotOffered):
        till.ask(USDC_UNITS)


@pytest.mark.parametrize("units", [500_000, 1])
def test_less_than_the_ramp_pays_is_refused(units: int, till: Till) -> None:
    with pytest.raises((PayoutBeyondRamp, BelowMinimum)):
        till.ask(units)
    assert till.usdc == 100_000_000


def test_it_waits_for_euros_and_goes_when_they_are_bought(till: Till) -> None:
    till.place.fake.state.fund("eur", FLOAT)
    till.world.paid(2_000_000_000)
    payout = till.ask(1_500_000_000)
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "float_short")
    assert Event.objects.filter(type="float.short", subject="float:EUR").count() == 1
    till.fund(FLOAT)
    payout.refresh_from_db()
    assert payout.status == "sending"


def test_euros_missing_at_the_ramp_let_it_wait(till: Till) -> None:
    place_seen(-1, now=till.place.now, account="ramp:stripe", asset="EUR", decimals=2)
    payout = till.ask(USDC_UNITS)
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "books_differ")
    place_seen(0, now=till.place.now, account="ramp:stripe", asset="EUR", decimals=2)
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("sending", "")


def test_the_houses_euros_are_promised_once(till: Till) -> None:
    till.world.paid(2_000_000_000)
    first, second = till.ask(800_000_000), till.ask(800_000_000)
    assert (first.status, second.status) == ("sending", "awaiting_funds")


def test_one_that_waits_can_be_taken_back_at_the_same_rate(till: Till) -> None:
    till.world.paid(2_000_000_000)
    payout = till.ask(1_500_000_000)
    payout_cancel(shop_id=till.world.shop_id, payout_id=payout.id, now=till.place.now)
    assert (till.usdc, till.shop) == (2_100_000_000, (0, 0))
    till.turn()
    assert not RampInstruction.objects.exists()


def test_a_transfer_that_the_ramp_refuses_for_good_gives_all_of_it_back(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.place.fake.state.objects["account"].clear()
    till.turn()
    payout.refresh_from_db()
    assert (payout.status, payout.failure_code) == ("failed", "resource_missing")
    till.holds(at_ramp=FLOAT, transit=0, shop=(0, 0))
    assert till.usdc == 100_000_000


def test_a_ramp_with_too_little_money_is_asked_again_later(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.place.fake.state.money["", "eur"] = 0
    till.turn()
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "float_short")
    till.place.fake.state.money["", "eur"] = FLOAT
    too_early = payout_send(payout_id=payout.id, now=timezone.now())
    assert too_early.status == "awaiting_funds"
    payout_send(payout_id=payout.id, now=till.place.now)
    till.turn(2)
    payout.refresh_from_db()
    assert payout.status == "sent"
    till.at_most_once()


def test_a_shop_whose_account_is_restricted_waits_for_its_papers(till: Till) -> None:
    account = RampAccount.objects.get()
    till.world.paid(2_000_000_000)
    payout = till.ask(1_500_000_000)
    accounts.demand(till.place.fake.state, account.remote_id, due=["owner"], past=True)
    RampAccount.objects.update(due_at=till.place.now)
    accounts_refresh(now=till.place.clock.advance(seconds=5))
    till.place.fake.state.fund("eur", FLOAT)
    till.fund(FLOAT)
    payout.refresh_from_db()
    assert payout.waiting_reason == "ramp_account"
    accounts.onboard(till.place.fake.state, account.remote_id)
    RampAccount.objects.update(due_at=till.place.now)
    accounts_refresh(now=till.place.clock.advance(seconds=5))
    till.place.carry()
    payout.refresh_from_db()
    assert payout.status == "sending"


def test_what_the_bank_refuses_is_the_shops_again_in_euros(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.turn(2)
    till.fails()
    till.turn()
    payout.refresh_from_db()
    assert payout.status == "sent"  # the money still lies in the shop's account at the ramp
    till.turn()
    payout.refresh_from_db()
    assert (payout.status, payout.failure_code) == ("failed", "account_closed")
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.agrees()


def test_what_a_bank_sends_back_weeks_later_is_the_shops_again(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.turn(2)
    till.arrives()
    till.turn()
    till.place.clock.advance(days=20)
    till.fails()
    till.turn(2)
    payout.refresh_from_db()
    assert payout.status == "returned"
    assert events(payout)[-2:] == ["payout.completed", "payout.returned"]
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.agrees()
    # It can be paid anew, as euros, to the bank that the shop names now.
    again = till.ask(payout.units, asset="EUR")
    assert again.conversion is None
    till.turn(2)
    payouts.arrives(till.place.fake.state, list(till.place.fake.state.objects["payout"])[-1])
    till.turn()
    again.refresh_from_db()
    assert again.status == "completed"
    till.holds(at_ramp=FLOAT - again.units, transit=0, shop=(0, 0))


@pytest.mark.parametrize("at", ["paying", "sent", "arrived"])
def test_a_transfer_that_somebody_reverses_by_hand_is_the_shops_again(at: str, till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.turn(1 if at == "paying" else 2)
    if at == "arrived":
        till.arrives()
        till.turn()
    account = RampAccount.objects.get().remote_id
    if at != "paying":
        till.place.fake.state.fund("eur", payout.units, account=account)  # takings of another kind
    transfers.reversed_by_hand(
        till.place.fake.state, next(iter(till.place.fake.state.objects["transfer"])), payout.units
    )
    till.place.clock.advance(days=2)
    till.turn(3)
    if at == "sent":
        till.arrives()
        till.turn()
    payout.refresh_from_db()
    assert payout.status == ("failed" if at == "paying" else "returned")
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.agrees()


def test_money_that_the_ramp_keeps_is_asked_for_again(till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    account = RampAccount.objects.get().remote_id
    till.turn(2)
    till.fails()
    till.place.fake.state.money[account, "eur"] -= 1  # something else was taken from it
    till.turn(2)
    payout.refresh_from_db()
    assert payout.status == "sent"
    assert "does not give it back" in till.way(payout).note
    till.place.fake.state.money[account, "eur"] += 1
    assert fetches_try_again(now=till.place.clock.advance(hours=2)) == 1
    till.turn()
    payout.refresh_from_db()
    assert payout.status == "failed"
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.at_most_once()


FEES = [("house", 25, True), ("house", 25, False), ("shop", 25, True), ("shop", 25, False)]


@pytest.mark.parametrize(("bearer", "fee", "arrives"), FEES)
def test_who_bears_the_ramps_fee(
    bearer: str, fee: int, arrives: bool, till: Till, settings: Any
) -> None:
    settings.RAMPS[0]["currencies"]["EUR"] |= {"fee_fixed_units": fee, "fee_bearer": bearer}
    till.place.fake.state.fee_units = fee
    payout = till.ask(USDC_UNITS)
    p = payout.units
    till.turn(2)
    at_bank = till.place.fake.state.objects["payout"][till.remote()]["amount"]
    assert at_bank == (p if bearer == "house" else p - fee)
    of_house = fee if bearer == "house" else 0
    if arrives:
        till.arrives()
        till.turn()
        till.holds(at_ramp=FLOAT - p - of_house, transit=0, shop=(0, 0), fees=of_house)
    else:
        till.fails()
        till.turn(2)
        back = p if bearer == "house" else p - fee
        till.holds(at_ramp=FLOAT - fee, transit=0, shop=(back, 0), fees=of_house)
    till.agrees()


def test_a_fee_that_the_ramp_never_took_is_the_houses_again(till: Till, settings: Any) -> None:
    settings.RAMPS[0]["currencies"]["EUR"] |= {"fee_fixed_units": 25}
    payout = till.ask(USDC_UNITS)
    till.turn()
    account = RampAccount.objects.get().remote_id
    accounts.demand(till.place.fake.state, account, due=["owner"], past=True)
    till.turn(3)
    payout.refresh_from_db()
    assert (payout.status, payout.failure_code) == ("failed", "payouts_not_allowed")
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.agrees()


POINTS = [
    f"instruction.{step}"
    for step in (
        *("planned", "asked", "answered", "told", "kept"),
        *("progress_told", "progress_kept", "found"),
    )
]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("end", ["arrives", "fails", "returned"])
def test_a_process_that_dies_anywhere_pays_nothing_twice(point: str, end: str, till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    ended = False
    for number in range(14):
        try:
            till.turn(reached=killer(point) if number % 2 else None)
        except Killed:
            continue
        if till.place.fake.state.objects["payout"] and not ended:
            ended = True
            till.fails() if end == "fails" else till.arrives()
            if end == "returned":
                till.turn()
                till.fails()
    till.place.clock.advance(days=2)
    till.turn(3)
    payout.refresh_from_db()
    assert payout.status == {"arrives": "completed", "fails": "failed"}.get(end, end)
    left = payout.units if end == "arrives" else 0
    till.holds(at_ramp=FLOAT - left, transit=0, shop=(payout.units - left, 0))
    till.agrees()
    till.at_most_once()
    assert len(till.place.fake.state.objects["transfer"]) == 1
    assert len(till.place.fake.state.objects["payout"]) == 1


FAULTS = [fault for fault in Fault if fault is not Fault.ERROR_BEFORE]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_between_us_the_books_agree_with_the_ramp(
    seed: int, till: Till
) -> None:
    chance = random.Random(seed)
    payout = till.ask(USDC_UNITS)
    ended = ""
    for _ in range(40):
        fault = chance.choice(FAULTS)
        if chance.random() < 0.4:
            line = chance.choice(
                ["POST /v1/transfers", "POST /v1/payouts", "GET .*", r"POST .*/reversals"]
            )
            till.place.fake.faults.order(fault, on=line)
        try:
            reached = killer(chance.choice(POINTS)) if chance.random() < 0.3 else None
            till.turn(seconds=chance.choice([40, 4_000]), reached=reached)
        except Killed:
            pass
        if chance.random() < 0.5:
            till.place.deliver(seed=seed, times=chance.choice([1, 2]))
        if not ended and till.place.fake.state.objects["payout"] and chance.random() < 0.4:
            ended = chance.choice(["arrives", "fails"])
            getattr(till, ended)()
    till.place.fake.faults.orders.clear()
    if not ended and till.place.fake.state.objects["payout"]:
        till.arrives()
    till.turn(8)
    if not ended:
        till.arrives()
        till.turn(2)
    payout.refresh_from_db()
    assert payout.status == ("failed" if ended == "fails" else "completed")
    till.agrees()
    till.at_most_once()
    assert len(till.place.fake.state.objects["payout"]) == 1
    assert till.units_in_transit() == 0


@pytest.mark.parametrize("seed", range(6))
def test_events_in_any_order_and_number_end_alike(seed: int, till: Till) -> None:
    payout = till.ask(USDC_UNITS)
    till.turn(2)
    payouts.leaves(till.place.fake.state, till.remote())
    till.arrives()
    till.fails()
    for _ in range(3):
        till.place.deliver(seed=seed, times=2)
        till.turn(seconds=40)
    till.turn(2)
    payout.refresh_from_db()
    assert payout.status == "failed"  # nobody here ever saw it arrive
    till.holds(at_ramp=FLOAT, transit=0, shop=(payout.units, 0))
    till.agrees()
