"""A range is opened, measured, moved and taken back on the real contracts; the books follow."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.custody.decoding import RangeMint, decode_call
from gateway.custody.transactions import UnsignedTransaction
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.market.hedges.selectors import committed_units
from gateway.market.ranges.growing import growths_keep
from gateway.market.ranges.models import PoolGrowth, RangePosition, RangeStep
from gateway.market.ranges.tasks import tend_ranges
from gateway.market.snapshot_store import current_snapshot
from tests.market.ranges.conftest import DOLLAR, USDC, WETH, Killed, Ranging

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

POINTS = ["told", "worked", "planned", "begun"]


def in_range(row: RangePosition, asset: object) -> int:
    way = accounts.in_transit(f"range-{row.id}")
    return balance(account=way, asset=asset).units  # type: ignore[arg-type]


def test_a_range_is_opened_earns_and_comes_back_to_the_unit(ranging: Ranging) -> None:
    row = ranging.run("open")
    assert [step.kind for step in row.steps.order_by("id")] == ["approve0", "approve1", "mint"]
    assert ranging.manager_holds() == 1
    for asset in (WETH, USDC):
        assert in_range(row, asset) == ranging.units(row, "in", asset) > 0
        assert ranging.units(row, "in", asset) <= ranging.units(row, "offered", asset)
    assert 9_000 * DOLLAR < 2 * ranging.units(row, "in", USDC) < 11_000 * DOLLAR
    ranging.hedging.books_agree()
    desk, fees = ranging.hedging.position(), balance(account=accounts.fees(), asset=USDC).units

    ranging.swap(20_000 * DOLLAR)
    ranging.hedging.desk.till.rpc.call("evm_increaseTime", [300])
    ranging.hedging.desk.till.mine(1)
    ranging.turn()
    row.refresh_from_db()
    assert row.lvr_units1 > 0
    with pytest.raises(CommandError, match="--by"):
        call_command("ranges", "close", str(row.id), "--reason", "nobody says so")
    call_command("ranges", "close", str(row.id), "--by", "ann", "--reason", "it moves away")
    told = Event.objects.get(type="range.asked_back").body
    assert (told["by"], told["because"]) == ("ann", "it moves away")
    row = ranging.run("closed")
    assert ranging.manager_holds() == 0
    assert ranging.units(row, "fees", USDC) > 0
    assert balance(account=accounts.fees(), asset=USDC).units == fees - ranging.units(
        row, "fees", USDC
    )
    # the pool sold WETH for us: the desk holds so much less of it
    traded = ranging.units(row, "in", WETH) - ranging.units(row, "out", WETH)
    assert traded > 0
    assert ranging.hedging.position() == desk - traded
    assert in_range(row, WETH) == in_range(row, USDC) == 0
    ranging.hedging.books_agree()
    said = Event.objects.filter(subject=f"range:{row.id}").order_by("sequence")
    assert [event.type for event in said] == [
        f"range.{status}" for status in ("opening", "open", "closing", "asked_back", "closed")
    ]


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_it_is_opened_once(ranging: Ranging, point: str) -> None:
    with pytest.raises(Killed):
        ranging.turn(kill_at=point)
    for outgoing in OutgoingTransaction.objects.filter(reference__startswith="range:"):
        ranging.hedging.desk.send(outgoing)
    row = ranging.run("open")
    assert RangePosition.objects.count() == 1
    assert RangeStep.objects.filter(kind="mint").count() == 1
    assert ranging.manager_holds() == 1
    assert row.liquidity > 0
    ranging.hedging.books_agree()


def test_what_is_on_its_way_into_a_range_is_not_spent_twice(ranging: Ranging) -> None:
    ranging.turn()
    row = RangePosition.objects.get()
    assert row.status == "opening"
    assert committed_units(asset=USDC.code) == ranging.units(row, "offered", USDC)
    assert ranging.turn() == []
    ranging.hedging.desk.send(OutgoingTransaction.objects.latest("id"))
    ranging.run("open")
    assert committed_units(asset=USDC.code) == 0


def test_a_reorg_of_the_mint_is_waited_out(ranging: Ranging) -> None:
    till = ranging.hedging.desk.till
    for _ in range(2):
        for outgoing in ranging.turn():
            ranging.hedging.desk.send(outgoing)
    (mint,) = ranging.turn()
    ranging.hedging.desk.mine(mint)
    ranging.say(mint, "transaction.mined")
    assert RangePosition.objects.get().status == "opening"
    assert ranging.turn() == []
    till.rpc.call("anvil_rollback", [1])
    ranging.say(mint, "transaction.orphaned")
    assert RangeStep.objects.get(kind="mint").status == "queued"
    receipt = ranging.hedging.desk.mine(mint)
    ranging.hedging.desk.say(mint, receipt)
    row = RangePosition.objects.get()
    assert (row.status, ranging.manager_holds()) == ("open", 1)
    ranging.hedging.desk.say(mint, receipt)
    ranging.hedging.books_agree()


@pytest.mark.parametrize("kind", ["decrease", "collect", "burn"])
def test_a_reorg_of_a_withdrawal_is_waited_out_to_the_unit(ranging: Ranging, kind: str) -> None:
    """Nothing is booked of what a block still may lose; the same bytes are mined again."""
    row = ranging.run("open")
    desk, till = ranging.hedging.position(), ranging.hedging.desk.till
    ranging.swap(20_000 * DOLLAR)
    call_command("ranges", "close", str(row.id), "--by", "ann", "--reason", "it moves away")
    while (step := ranging.next_step()).kind != kind:
        ranging.hedging.desk.send(step.outgoing)
    lay = [in_range(row, asset) for asset in (WETH, USDC)]
    ranging.hedging.desk.mine(step.outgoing)
    ranging.say(step.outgoing, "transaction.mined")
    assert RangeStep.objects.get(kind=kind).status == "mined"
    assert ranging.turn() == []
    till.rpc.call("anvil_rollback", [1])
    # meanwhile somebody trades: what comes back is something else
    ranging.swap(5_000 * DOLLAR)
    ranging.say(step.outgoing, "transaction.orphaned")
    assert RangeStep.objects.get(kind=kind).status == "queued"
    assert [in_range(row, asset) for asset in (WETH, USDC)] == lay
    assert ranging.turn() == [], "it is under way still: no second one"
    receipt = ranging.hedging.desk.mine(step.outgoing)
    ranging.hedging.desk.say(step.outgoing, receipt)
    ranging.hedging.desk.say(step.outgoing, receipt)
    row = ranging.run("closed") if kind != "burn" else RangePosition.objects.get()
    assert (row.status, ranging.manager_holds()) == ("closed", 0)
    assert RangeStep.objects.filter(kind__in=("decrease", "collect", "burn")).count() == 3
    assert in_range(row, WETH) == in_range(row, USDC) == 0
    traded = ranging.units(row, "in", WETH) - ranging.units(row, "out", WETH)
    assert ranging.hedging.position() == desk - traded
    ranging.hedging.books_agree()
    assert ledger_checks() == []


def test_a_pool_pushed_before_the_mint_takes_nothing(ranging: Ranging) -> None:
    for _ in range(2):
        for outgoing in ranging.turn():
            ranging.hedging.desk.send(outgoing)
    (mint,) = ranging.turn()
    read = decode_call(
        UnsignedTransaction(
            chain_id=1,
            nonce=0,
            to=bytes(mint.to),
            value=0,
            data=bytes(mint.data),
            gas_limit=1,
            max_fee_per_gas=1,
            max_priority_fee_per_gas=1,
        )
    )
    assert isinstance(read, RangeMint)
    assert min(read.min_units0, read.min_units1) > 0
    # an attacker sees it coming and pushes the pool by some per cent
    ranging.swap(3_000_000 * DOLLAR)
    receipt = ranging.hedging.desk.send(mint)
    assert receipt["status"] == "0x0"
    row = RangePosition.objects.get()
    assert (row.status, row.attempts, row.last_error) == ("opening", 1, "reverted")
    assert ranging.manager_holds() == 0
    # and while it is pushed nothing more is sent
    assert ranging.turn() == []
    row.refresh_from_db()
    assert row.last_error in ("pool_pushed", "no_price")
    ranging.hedging.books_agree()


def test_a_range_that_the_price_left_loses_nothing_more_and_is_moved(ranging: Ranging) -> None:
    ranging.set(horizon_seconds=600, least_usd_cents=100)
    ranging.earned(10**14)
    old = ranging.run("open")
    assert old.upper - old.lower <= 160
    ranging.swap(3_000_000 * DOLLAR)
    # fair value stays: the pool is only pushed, and nothing is touched
    assert ranging.turn() == []
    old.refresh_from_db()
    assert old.status == "open"
    before, price = old.lvr_units1, ranging.pool_price()
    ranging.hedging.desk.till.rpc.call("evm_increaseTime", [60])
    ranging.hedging.desk.till.mine(1)
    # then the whole market follows
    for outgoing in ranging.turn(ETH=price):
        ranging.hedging.desk.send(outgoing)
    old.refresh_from_db()
    assert old.lvr_units1 == before
    assert (old.status, old.reason) == ("closing", "out_of_band"), old.last_error
    ranging.run("closed", ETH=price)
    # all of it is in one token now; what the house has besides makes the other half
    new = ranging.run("open", ETH=price)
    assert new.id != old.id
    assert new.lower <= ranging.state().tick < new.upper
    assert not old.lower <= ranging.state().tick < old.upper
    ranging.hedging.books_agree()


def test_off_by_default_and_withdrawn_when_switched_off(ranging: Ranging) -> None:
    ranging.settings.RANGES = {}
    assert ranging.turn() == []
    assert tend_ranges() is False
    ranging.set()
    row = ranging.run("open")
    ranging.set(enabled=False)
    row = ranging.run("closed")
    assert row.reason == "not_allowed"
    assert ranging.manager_holds() == 0
    ranging.hedging.books_agree()


def test_what_a_pool_earned_is_asked_and_never_made_up(ranging: Ranging) -> None:
    PoolGrowth.objects.all().delete()
    assert ranging.turn() == []
    assert PoolGrowth.objects.count() == 1
    first = PoolGrowth.objects.get()
    ranging.swap(100_000 * DOLLAR)
    PoolGrowth.objects.update(at=ranging.now() - timedelta(hours=2))
    assert growths_keep(snapshot=current_snapshot(), now=ranging.now()) == 1
    second = PoolGrowth.objects.order_by("-at").first()
    assert second is not None
    assert (second.growth0, second.growth1) != (first.growth0, first.growth1)
