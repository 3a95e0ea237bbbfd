"""A position beyond its band is closed in the real pools, once, and the books agree to the unit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import msgspec
import pytest
from django.db import connection

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import leases, relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit
from gateway.market.execution.models import FillRequest
from gateway.market.execution.services import fill_request
from gateway.market.hedges import outcomes
from gateway.market.hedges.hedging import hedge_turn
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.hedges.planning import hedges_plan
from gateway.market.hedges.selectors import books
from gateway.market.hedges.working import hedges_work
from gateway.market.services import exposure_take
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import RiskMark
from gateway.market.supervising import desk_halt, desk_resume
from gateway.money.amounts import Amount
from tests.market.dev_market import with_asset
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.execution.test_fills import push_pools
from tests.market.hedges.conftest import (
    DOLLAR,
    ETHER,
    WETH,
    Hedging,
    Killed,
    kill_at,
    transfer_log,
)

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]


def test_a_position_within_the_band_is_left_alone(hedging: Hedging) -> None:
    hedging.take_in(ETHER // 20, owed=150 * DOLLAR)
    assert hedging.turn() == []
    assert not Hedge.objects.exists()


def test_a_long_position_is_sold_and_ends_within_its_band(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    assert leave.purpose == "approve"
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.reason, hedge.status) == ("sell", "beyond_band", "sent")
    assert hedging.turn() == []  # what is under way is not asked for again

    hedging.desk.send(leave)
    hedging.run()
    hedge.refresh_from_db()
    assert hedge.status == "done"
    assert abs(hedging.position()) <= hedge.band_units
    assert hedge.sold_units == 5 * ETHER
    assert 14_850 * DOLLAR < hedge.bought_units < 15_000 * DOLLAR
    assert hedging.desk.booked(accounts.desk(), USDC) == 15_000 * DOLLAR - hedge.bought_units
    # fee and slippage are there to be seen, and are what is missing of the desk's money
    assert hedge.cost_cents == pytest.approx(
        (15_000 * DOLLAR - hedge.bought_units) // 10_000, abs=20
    )
    assert hedge.fee_units > 0
    hedging.books_agree()
    entry = Entry.objects.filter(kind="hedge").first()
    assert entry is not None
    assert entry.refs["reason"] == "beyond_band" and entry.refs["hedge_id"] == str(hedge.id)
    assert list(
        Event.objects.filter(subject=f"hedge:{hedge.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    ) == ["hedge.planned", "hedge.sent", "hedge.done"]
    assert Event.objects.filter(type="float.filled", body__asset=USDC.code).exists()


def test_a_short_position_is_bought_back(hedging: Hedging) -> None:
    hedging.owe(3 * ETHER, got=9_000 * DOLLAR)
    hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.side, hedge.status) == ("buy", "done")
    assert abs(hedging.position()) <= hedge.band_units
    assert hedge.asset_in == USDC.code
    hedging.books_agree()


def test_what_is_owed_to_shops_is_never_spent(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    hedging.post(  # a deposit that nobody judged yet lies among it
        debit(accounts.capital(), Amount(4 * ETHER, WETH)),
        credit(accounts.suspense(), Amount(4 * ETHER, WETH)),
    )
    hedging.turn()
    assert Hedge.objects.get().units == ETHER


def test_what_a_fill_is_selling_already_is_not_sold_again(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    fill_request(
        deposit_id=uuid7(),
        invoice_id=uuid7(),
        shop_id=uuid7(),
        chain_id=CHAIN_ID,
        token=Amount(5 * ETHER, WETH),
        settlement_asset=USDC.code,
        now=hedging.now(),
    )
    assert hedging.turn() == []
    FillRequest.objects.update(status="swept")  # collected only: nobody else will sell it
    assert [queued.purpose for queued in hedging.turn()] == ["approve"]


def test_what_a_fill_is_buying_already_is_not_bought_again(hedging: Hedging) -> None:
    hedging.owe(3 * ETHER, got=9_000 * DOLLAR)
    fill_request(
        deposit_id=uuid7(),
        invoice_id=uuid7(),
        shop_id=uuid7(),
        chain_id=CHAIN_ID,
        token=Amount(9_000 * DOLLAR, USDC),
        settlement_asset=WETH.code,
        now=hedging.now(),
    )
    assert hedging.turn() == []


def test_open_locks_count_by_how_often_their_token_is_chosen(hedging: Hedging) -> None:
    until = hedging.now() + timedelta(minutes=15)
    exposure_take(
        invoice_id=uuid7(),
        due_units={WETH.code: 100 * ETHER},
        cap_units={WETH.code: 1_000 * ETHER},
        lock_end=until,
        now=hedging.now(),
    )
    hedging.desk.publish()
    (subject,) = hedging.subjects()
    assert hedging.holding(subject).locked == 0  # nobody knows what shoppers choose
    for number in range(40):
        fill_request(
            deposit_id=uuid7(),
            invoice_id=uuid7(),
            shop_id=uuid7(),
            chain_id=CHAIN_ID,
            token=Amount(1, WETH if number < 10 else USDC),
            settlement_asset=USDC.code,
            now=hedging.now(),
        )
    holding = hedging.holding(subject)
    assert 10 * ETHER < holding.locked < 15 * ETHER  # a quarter choose it, half may deliver
    assert holding.exposure == holding.inventory + holding.locked


def test_the_kill_switch_stops_what_is_under_way_and_what_would_be(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    hedging.desk.send(leave)
    desk_halt(reason="a drill", by="nobody", asset=WETH.code, now=hedging.now())
    assert hedging.turn() == []
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.last_error, hedge.sold_units) == ("abandoned", "not_allowed", 0)
    assert hedging.turn() == []
    desk_resume(reason="it was one", by="nobody", asset=WETH.code, now=hedging.now())
    hedging.run()
    assert list(Hedge.objects.order_by("number").values_list("status", flat=True)) == [
        "abandoned",
        "done",
    ]
    hedging.books_agree()


def test_hedging_rests_in_halt_and_on_a_live_chain_unless_wanted(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    hedging.desk.publish()
    snapshot = current_snapshot()
    now_ms = int(hedging.now().timestamp() * 1000)
    (subject,) = hedging.subjects()
    assert subject.allowed(halts=(), now_ms=now_ms)
    assert not subject.allowed(halts={""}, now_ms=now_ms)
    for code in (WETH.code, USDC.code, "ETH@31337"):
        halted = with_asset(snapshot, code, risk=RiskMark(3, "by_hand", now_ms, now_ms))
        stopped = replace(subject, snapshot=halted, asset=halted.assets[WETH.code])
        assert not stopped.allowed(halts=(), now_ms=now_ms)
    live = msgspec.structs.replace(snapshot.chains[CHAIN_ID], simulated=False)
    lease = leases.acquire(name="hedging", holder="test", ttl_seconds=60)
    assert lease is not None
    as_live = msgspec.structs.replace(snapshot, chains={CHAIN_ID: live})
    assert hedges_plan(snapshot=as_live, lease=lease, now=hedging.now())[0] == []


def test_a_swap_whose_floor_is_not_met_is_undone_and_tried_again_not_forever(
    hedging: Hedging,
) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    hedging.desk.send(leave)
    (swap, *more) = hedging.turn()
    assert more == [] and swap.purpose == "fill"
    push_pools(hedging.desk, units=20_000 * ETHER)
    hedging.desk.send(swap)
    step, hedge = HedgeStep.objects.get(kind="swap"), Hedge.objects.get()
    assert (step.status, step.failure_code) == ("failed", "reverted")
    assert (hedge.status, hedge.attempts, hedge.last_error) == ("sent", 1, "reverted")
    assert hedging.position() == 5 * ETHER
    hedging.books_agree()  # the gas of the failed one is booked

    for _ in range(5):  # the pools stay pushed: there is no price, or it is too dear
        hedging.later()
        assert hedging.turn() == []
    hedge.refresh_from_db()
    assert hedge.status == "failed"
    assert hedge.attempts == 3
    assert hedge.last_error in {"no_price", "too_dear"}
    assert Event.objects.filter(type="hedge.failed").count() == 1
    assert Hedge.objects.count() == 1


def test_leave_that_a_token_refuses_is_taken_back_first(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    hedging.turn()
    step = HedgeStep.objects.get()
    body = {"fee_units": "0", "reason_code": "would_revert", "status": "refused", "logs": []}
    outcomes.step_failed(step_id=step.id, body=body, now=hedging.now())
    hedging.later()
    (taken_back,) = hedging.turn()
    assert [s.units_in for s in HedgeStep.objects.order_by("id")] == [5 * ETHER, 0]
    hedging.desk.send(taken_back)
    hedging.run()
    assert Hedge.objects.get().status == "done"
    hedging.books_agree()


def test_after_a_failure_the_asset_rests(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    assert len(hedging.turn()) == 1
    Hedge.objects.update(status="failed", ended_at=hedging.now())
    assert hedging.turn() == []
    Hedge.objects.update(ended_at=hedging.now() - timedelta(seconds=601))
    assert len(hedging.turn()) == 1


def test_a_swap_that_is_not_mined_in_time_is_taken_back(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    hedging.desk.send(leave)
    (swap,) = hedging.turn()
    HedgeStep.objects.filter(kind="swap").update(deadline=hedging.now() - timedelta(seconds=1))
    assert hedging.turn() == []
    swap.refresh_from_db()
    assert swap.status == "cancelled"
    relay.drain(limit=1000)
    assert Hedge.objects.get().last_error == "cancelled"
    hedging.later()
    hedging.run()
    assert Hedge.objects.get().status == "done"
    hedging.books_agree()


def test_a_swap_that_a_reorg_took_back_is_not_counted(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    hedging.desk.send(leave)
    (swap,) = hedging.turn()
    step = HedgeStep.objects.get(kind="swap")
    logs = [
        transfer_log(WETH, hedging.treasury, b"\1" * 20, step.units_in),
        transfer_log(USDC, b"\1" * 20, hedging.treasury, 14_000 * DOLLAR),
    ]
    outcomes.step_mined(step_id=step.id, body={"logs": logs})
    known = books(chain_ids=[CHAIN_ID], now=hedging.now())
    assert (known.inventory[WETH.code], known.hedging[WETH.code]) == (0, 0)
    assert hedging.turn() == []  # not final: not over, and nothing more to do
    outcomes.step_orphaned(step_id=step.id)
    known = books(chain_ids=[CHAIN_ID], now=hedging.now())
    assert (known.inventory[WETH.code], known.hedging[WETH.code]) == (5 * ETHER, 5 * ETHER)
    hedging.desk.send(swap)
    hedging.run()
    assert Hedge.objects.get().status == "done"
    hedging.books_agree()


def test_a_receipt_told_twice_is_booked_once(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    (leave,) = hedging.turn()
    hedging.desk.send(leave)
    (swap,) = hedging.turn()
    receipt = hedging.desk.send(swap)
    sold = Hedge.objects.get().sold_units
    hedging.desk.say(swap, receipt)
    step = HedgeStep.objects.get(kind="swap")
    outcomes.step_failed(step_id=step.id, body={}, now=hedging.now())
    assert (Hedge.objects.get().sold_units, Entry.objects.filter(kind="hedge").count()) == (sold, 1)
    hedging.books_agree()


def test_a_large_position_is_worked_in_slices(hedging: Hedging, settings: Any) -> None:
    settings.HEDGING = {"max_slices": 4}
    hedging.take_in(60 * ETHER, owed=180_000 * DOLLAR)
    hedging.turn()
    hedge = Hedge.objects.get()
    planned = [int(units) for units in hedge.slices]
    assert (hedge.style, len(planned) > 1, sum(planned)) == ("twap", True, hedge.units)
    for outgoing in OutgoingTransaction.objects.all():
        hedging.desk.send(outgoing)
    first = hedging.turn()
    assert sum(s.units_in for s in HedgeStep.objects.filter(kind="swap")) == planned[0]
    for outgoing in first:
        hedging.desk.send(outgoing)
    assert hedging.turn() == []  # its time has not come
    for _ in planned:
        hedging.later()
        for outgoing in hedging.turn():
            hedging.desk.send(outgoing)
        for outgoing in hedging.turn():
            hedging.desk.send(outgoing)
    hedge.refresh_from_db()
    assert hedge.status == "done" and hedge.sold_units == hedge.units
    hedging.books_agree()


@pytest.mark.parametrize("point", ["leased", "worked", "planned", "begun"])
def test_killed_at_any_point_of_a_turn_it_hedges_once(hedging: Hedging, point: str) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    for _ in range(4):
        with pytest.raises(Killed):
            hedging.turn(reached=kill_at(point))
        hedging.restart()
        for outgoing in OutgoingTransaction.objects.filter(status="queued"):
            step = HedgeStep.objects.get(transaction_id=outgoing.id)
            if step.status == "queued":
                hedging.desk.send(outgoing)
        hedging.later()
    hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    assert HedgeStep.objects.filter(kind="swap", status="done").count() >= 1
    assert hedging.position() == 0
    hedging.books_agree()


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_hedge_once(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    hedging.desk.publish()
    now, snapshot = hedging.now(), current_snapshot()
    # Both believe that they hold the lease: what is left to keep them apart is the decision's key.
    lease = leases.acquire(name="hedging", holder="both", ttl_seconds=60)
    assert lease is not None
    together = Barrier(2)

    def decide(_: int) -> int:
        try:
            together.wait()
            made, _rests = hedges_plan(snapshot=snapshot, lease=lease, now=now)
            hedges_work(snapshot=snapshot, lease=lease, now=now)
            return len(made)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(decide, range(2)))
    assert sum(made) == 1
    assert (Hedge.objects.count(), HedgeStep.objects.count()) == (1, 1)
    assert hedge_turn(holder="a third", now=now) is False
