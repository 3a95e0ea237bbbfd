"""What shoppers paid is collected and sold, and the books say what the chain says."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from eth_utils.crypto import keccak

from gateway.chains.addresses import checksum
from gateway.chains.models import Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.models import Event
from gateway.events.services import emit
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_held, post_returned
from gateway.market.execution import batching, outcomes
from gateway.market.execution.batching import DEADLINE_SECONDS
from gateway.market.execution.models import FillBatch, FillRequest, SweptDeposit
from gateway.market.snapshot_store import forget_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.supervisor.devchain.calls import call_data
from tests.market.execution.conftest import CHAIN_ID, ETH, USDC, Desk

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

MILLI_ETH = 10**15
DEPOSITS = accounts.custody_deposits(CHAIN_ID)


def statuses() -> list[str]:
    return list(FillRequest.objects.order_by("id").values_list("status", flat=True))


def test_the_settlement_asset_is_only_swept(desk: Desk) -> None:
    for units in (5_000_000, 7_000_000):
        desk.credited("USDC", units)
    (queued,) = desk.batch()
    assert queued.purpose == "sweep"
    assert statuses() == ["batched", "batched"]
    assert desk.batch() == []

    desk.send(queued)
    assert statuses() == ["swept", "swept"]
    assert desk.booked(DEPOSITS, USDC) == 0
    assert desk.booked(accounts.gas(), ETH) > 0
    desk.custody_agrees()
    assert ledger_checks() == []
    assert Event.objects.filter(type="float.filled", body__asset=USDC.code).exists()


def test_a_crowd_is_swept_in_several_transactions_at_one_asking(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "BATCH_MAX_ITEMS", 2)
    for units in (1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000):
        desk.credited("USDC", units)
    queued = desk.batch()
    assert [row.purpose for row in queued] == ["sweep"] * 3
    assert sorted(batch.requests.count() for batch in FillBatch.objects.all()) == [1, 2, 2]
    for outgoing in queued:
        desk.send(outgoing)
    assert statuses() == ["swept"] * 5
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_final_sweep_costs_as_many_statements_for_many_deposits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    final = outcomes.batch_final

    def counted(**arguments: Any) -> FillBatch:
        with CaptureQueriesContext(connection) as queries:
            batch = final(**arguments)
        found.append(len(queries))
        return batch

    monkeypatch.setattr(outcomes, "batch_final", counted)
    for deposits in (2, 4):
        for _ in range(deposits):
            desk.credited("USDC", 1_000_000)
        (queued,) = desk.batch()
        desk.send(queued)
    assert found[0] == found[1] > 0


def test_the_operator_sends_the_sweeps(desk: Desk, settings: Any) -> None:
    desk.credited("USDC", 5_000_000)
    operator = "0x" + "21" * 20
    settings.CHAINS = json.dumps([{**desk.entry, "operator": operator}])
    (queued,) = desk.batch()
    assert "0x" + bytes(queued.account).hex() == operator
    assert bytes(queued.account) != bytes(desk.till.chain.treasury)


def test_a_token_is_swept_and_sold_in_one_transaction(desk: Desk) -> None:
    for units in (5 * MILLI_ETH, 7 * MILLI_ETH):
        desk.credited("WETH", units)
    desk.publish()
    (queued,) = desk.batch()
    assert queued.purpose == "fill"
    desk.send(queued)

    batch = FillBatch.objects.get()
    assert statuses() == ["filled", "filled"]
    assert batch.sold_units == batch.swept_units == 12 * MILLI_ETH
    assert batch.bought_units >= batch.min_out_units
    assert batch.bought_units == batch.expected_out_units  # nobody traded in between
    # the desk bought 0.012 WETH for 2 USDC and sold it for about 36
    assert desk.booked(accounts.desk(), USDC) == 2_000_000 - batch.bought_units
    assert 35_000_000 < batch.bought_units < 36_100_000
    desk.custody_agrees()
    assert ledger_checks() == []


def test_the_native_coin_is_wrapped_and_sold(desk: Desk) -> None:
    desk.credited("ETH", 5 * MILLI_ETH)
    desk.publish()
    (queued,) = desk.batch()
    desk.send(queued)
    assert statuses() == ["filled"]
    assert desk.booked(accounts.desk(), ETH) == 0
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_surplus_is_swept_and_not_sold(desk: Desk) -> None:
    address = desk.pay(("WETH", 6 * MILLI_ETH))
    desk.credit(desk.deposits(address)[0], units=5 * MILLI_ETH)
    desk.publish()
    (queued,) = desk.batch()
    assert queued.purpose == "sweep"
    desk.send(queued)
    assert statuses() == ["swept"]
    desk.custody_agrees()


def test_a_held_deposit_stays_where_it_is(desk: Desk) -> None:
    address = desk.pay(("USDC", 5_000_000), ("USDC", 6_000_000))
    clear, held = desk.deposits(address)
    desk.credit(clear)
    desk.confirm(held)
    post_held(deposit_id=held.id, amount=Amount(held.units, USDC), now=held.block_time)
    assert desk.batch() == []
    assert FillRequest.objects.get().last_error == "not_decided"

    post_returned(deposit_id=held.id, amount=Amount(held.units, USDC), now=held.block_time)
    (queued,) = desk.batch(later_seconds=100)
    desk.send(queued)
    assert statuses() == ["swept"]
    assert desk.booked(DEPOSITS, USDC) == 0
    desk.custody_agrees()


def test_a_deposit_nobody_judged_yet_stays_where_it_is(desk: Desk) -> None:
    address = desk.pay(("USDC", 5_000_000), ("USDC", 6_000_000))
    first, second = desk.deposits(address)
    desk.credit(first)
    desk.confirm(second)
    assert desk.batch() == []
    desk.credit(second)
    (queued,) = desk.batch(later_seconds=100)
    desk.send(queued)
    assert statuses() == ["swept", "swept"]


def test_a_held_native_coin_is_not_taken_along_with_a_token(desk: Desk) -> None:
    address = desk.pay(("USDC", 5_000_000), ("ETH", MILLI_ETH))
    token, native = sorted(desk.deposits(address), key=lambda row: row.asset, reverse=True)
    desk.credit(token)
    desk.confirm(native)
    post_held(deposit_id=native.id, amount=Amount(native.units, ETH), now=native.block_time)
    assert desk.batch() == []


def test_what_came_in_between_is_booked_and_not_asked_for_again(desk: Desk) -> None:
    address = desk.credited("USDC", 5_000_000)
    (queued,) = desk.batch()
    desk.pay(("USDC", 9_000_000), to=address)
    desk.send(queued)
    late = desk.deposits(address)[1]
    desk.credit(late)
    assert desk.booked(DEPOSITS, USDC) == 0
    assert desk.batch() == []
    assert statuses() == ["swept", "swept"]
    desk.custody_agrees()


def test_one_that_fails_is_left_out_and_tried_again(desk: Desk) -> None:
    gone = desk.credited("USDC", 5_000_000)
    desk.credited("USDC", 6_000_000)
    (queued,) = desk.batch()
    desk.credited("USDC", 7_000_000)  # too late for this batch
    freeze(desk, bytes(gone.address), frozen=True)
    desk.send(queued)
    assert statuses() == ["pending", "swept", "pending"]
    desk.custody_agrees()
    assert ledger_checks() == []

    freeze(desk, bytes(gone.address), frozen=False)
    (again,) = desk.batch(later_seconds=100)
    desk.send(again)
    assert statuses() == ["swept", "swept", "swept"]
    assert desk.booked(DEPOSITS, USDC) == 0
    desk.custody_agrees()


def freeze(desk: Desk, address: bytes, *, frozen: bool) -> None:
    """Have USDC's blacklister (un)blacklist an address."""
    usdc = desk.till.layout.token("USDC").address
    rpc = desk.till.rpc
    told = rpc.call(
        "eth_call", [{"to": usdc, "data": "0x" + keccak(b"blacklister()")[:4].hex()}, "latest"]
    )
    blacklister = "0x" + told[-40:]
    name = b"blacklist(address)" if frozen else b"unBlacklist(address)"
    rpc.call("anvil_impersonateAccount", [blacklister])
    rpc.call("anvil_setBalance", [blacklister, hex(10**18)])
    sent = rpc.call(
        "eth_sendTransaction",
        [
            {
                "from": blacklister,
                "to": usdc,
                "data": "0x" + keccak(name)[:4].hex() + address.hex().rjust(64, "0"),
            }
        ],
    )
    desk.till.mined(sent)


def test_a_batch_that_reverts_costs_its_gas_and_moves_nothing(desk: Desk) -> None:
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.publish()
    (queued,) = desk.batch()
    desk.send(queued, gas=150_000)
    assert statuses() == ["pending"]
    assert FillBatch.objects.get().status == "failed"
    assert desk.booked(DEPOSITS, weth()) == 5 * MILLI_ETH
    desk.custody_agrees()
    assert ledger_checks() == []


def weth() -> Asset:
    return Asset(f"WETH@{CHAIN_ID}", 18)


def test_a_receipt_told_twice_is_booked_once(desk: Desk) -> None:
    desk.credited("USDC", 5_000_000)
    (queued,) = desk.batch()
    receipt = desk.send(queued)
    desk.say(queued, receipt)
    batch = FillBatch.objects.get()
    outcomes.batch_failed(batch_id=batch.id, body={}, now=batch.created_at)
    assert FillBatch.objects.get().status == "done"
    desk.custody_agrees()


def test_without_a_price_nothing_is_sold(desk: Desk, valkey: object) -> None:
    forget_snapshot()
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.credited("USDC", 5_000_000)
    (queued,) = desk.batch()
    assert queued.purpose == "sweep"
    assert sorted(statuses()) == ["batched", "pending"]


def test_a_pool_pushed_before_the_sale_is_mined_gets_nothing(desk: Desk) -> None:
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.publish()
    (queued,) = desk.batch()
    push_pools(desk, units=20_000 * 10**18)
    desk.send(queued)
    assert statuses() == ["pending"]
    desk.custody_agrees()

    # and a snapshot that shows the push is no reason to sell into it
    desk.publish()
    assert desk.batch(later_seconds=100) == []
    assert FillRequest.objects.get().last_error in {
        "fill_too_dear",
        "sources_disagree",
        "price_not_fresh",
    }


def push_pools(desk: Desk, *, units: int) -> None:
    """Somebody sells WETH into every V3 and V2 pool against USDC."""
    layout, rpc = desk.till.layout, desk.till.rpc
    weth, usdc, seller = layout.weth, layout.token("USDC").address, layout.admin

    def call(to: str, data: bytes) -> None:
        rpc.call("anvil_impersonateAccount", [seller])
        rpc.call("anvil_setBalance", [seller, hex(10**24)])
        sent = rpc.call(
            "eth_sendTransaction",
            [{"from": seller, "to": to, "data": "0x" + data.hex(), "gas": hex(20_000_000)}],
        )
        desk.till.mined(sent)
        assert rpc.call("eth_getTransactionReceipt", [sent])["status"] == "0x1"

    desk.till.faucet.give(to=seller, symbol="WETH", units=10 * units)
    for router in (layout.v3_router, layout.v2_router):
        call(weth, call_data("approve(address,uint256)", router, 2**256 - 1))
    call(
        layout.v2_router,
        call_data(
            "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
            *(units, 0, [weth, usdc], seller, 2**40),
        ),
    )
    for pool in layout.v3_pools:
        if {pool.token0, pool.token1} == {weth, usdc}:
            call(
                layout.v3_router,
                call_data(
                    "exactInputSingle("
                    "(address,address,uint24,address,uint256,uint256,uint256,uint160))",
                    (weth, usdc, pool.fee_pips, seller, 2**40, units, 0, 0),
                ),
            )


def test_a_swap_that_a_reorg_took_back_is_booked_once_when_it_is_final(desk: Desk) -> None:
    """In a block, out of it, and in another one where the pool pays otherwise."""
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.publish()
    (queued,) = desk.batch()
    before = desk.booked(accounts.desk(), USDC)

    def hear(type: str) -> None:
        body = {"reference": queued.reference, "status": "succeeded", "logs": [], "block_number": 1}
        emit(type=type, subject=f"transaction:{queued.id}", body=body, mode="test")
        relay.drain(limit=1000)

    first = desk.mine(queued)
    hear("transaction.mined")
    desk.till.rpc.call("anvil_reorg", [1, []])
    hear("transaction.orphaned")
    assert (statuses(), desk.batch(later_seconds=100)) == (["batched"], [])
    assert desk.booked(DEPOSITS, Asset(f"WETH@{CHAIN_ID}", 18)) == 5 * MILLI_ETH
    assert desk.booked(accounts.desk(), USDC) == before
    again = desk.mine(queued)
    assert again["blockHash"] != first["blockHash"]
    desk.say(queued, again)
    assert statuses() == ["filled"]
    assert desk.booked(accounts.desk(), USDC) == before - FillBatch.objects.get().bought_units
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_deposit_that_a_reorg_took_is_asked_for_no_more(desk: Desk) -> None:
    address = desk.credited("USDC", 5_000_000)
    (deposit,) = desk.deposits(address)
    outcomes.fill_withdraw(deposit_id=deposit.id)
    assert (statuses(), desk.batch()) == (["withdrawn"], [])
    desk.credit(deposit)
    assert statuses() == ["withdrawn", "pending"]


def test_asking_twice_is_asking_once(desk: Desk) -> None:
    address = desk.credited("USDC", 5_000_000)
    desk.credit(desk.deposits(address)[0])
    assert statuses() == ["pending"]


def test_young_requests_wait_for_company(desk: Desk) -> None:
    desk.credited("USDC", 5_000_000)
    assert desk.batch(later_seconds=1) == []
    relay.drain(limit=1000)


def test_a_batch_that_is_not_mined_in_time_is_taken_back_and_made_anew(desk: Desk) -> None:
    """On chain it could only fail; a relay that keeps it would hold up all that comes after it."""
    desk.credited("WETH", 5 * MILLI_ETH)
    desk.publish()
    (sale,) = desk.batch()
    assert desk.batch(later_seconds=DEADLINE_SECONDS) == []
    assert OutgoingTransaction.objects.get(id=sale.id).status == "queued"
    assert desk.batch(later_seconds=DEADLINE_SECONDS + 60) == []
    sale.refresh_from_db()
    assert sale.status == "cancelled"
    relay.drain(limit=1000)
    batch = FillBatch.objects.get(transaction_id=sale.id)
    assert (batch.status, batch.failure_code) == ("failed", "cancelled")
    FillRequest.objects.update(not_before=desk.now())
    desk.publish()
    (again,) = desk.batch()
    desk.send(again)
    assert FillRequest.objects.get().status == "filled"
    desk.custody_agrees()


# --- tokens that don't keep their word -----------------------------------------------------------


def shrink(desk: Desk, address: Any, *, to: int) -> None:
    """USDC takes some of what lies there back, without a word (its slot 9 holds the balances)."""
    place = keccak(bytes(address.address).rjust(32, b"\0") + (9).to_bytes(32, "big"))
    token = checksum(bytes(Token.objects.get(code=USDC.code).address))
    desk.till.rpc.call(
        "anvil_setStorageAt", [token, "0x" + place.hex(), "0x" + to.to_bytes(32, "big").hex()]
    )
    assert desk.on_chain("USDC", of=bytes(address.address)) == to


def test_what_a_token_takes_of_a_sweep_is_the_desks_loss_to_the_unit(desk: Desk) -> None:
    """It keeps a part of a transfer, or shrinks where it lies: the shop was credited the whole."""
    short, whole = desk.credited("USDC", 5_000_000), desk.credited("USDC", 7_000_000)
    owed = desk.booked(accounts.desk(), USDC)
    shrink(desk, short, to=4_900_001)
    (queued,) = desk.batch()
    desk.send(queued)
    assert statuses() == ["swept", "swept"]
    assert desk.booked(DEPOSITS, USDC) == 0
    assert desk.booked(accounts.desk(), USDC) == owed + 99_999
    assert FillBatch.objects.get().swept_units == 11_900_001
    desk.custody_agrees()
    assert ledger_checks() == []

    # nothing is thought to lie there any more: what comes next is swept for itself, and whole
    desk.credited("USDC", 3_000_000, to=whole)
    (queued,) = desk.batch(later_seconds=100)
    desk.send(queued)
    assert desk.booked(DEPOSITS, USDC) == 0
    assert [row.lost_units for row in SweptDeposit.objects.order_by("batch_id", "-lost_units")] == [
        99_999,
        0,
        0,
    ]
    desk.custody_agrees()


def test_what_comes_to_an_address_while_it_is_swept_is_no_loss(desk: Desk) -> None:
    address = desk.credited("USDC", 5_000_000)
    (queued,) = desk.batch()
    receipt = desk.mine(queued)
    desk.pay(("USDC", 6_000_000), to=address)
    desk.say(queued, receipt)
    assert SweptDeposit.objects.get().lost_units == 0
    assert desk.booked(DEPOSITS, USDC) == 0
    desk.custody_agrees()
