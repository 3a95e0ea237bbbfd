"""What hedges ask routers for is what the signer reads, and receipts are read as they are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.custody.decoding import RouterSwap, TokenApproval, TokenTransfer, decode_call
from gateway.custody.transactions import UnsignedTransaction
from gateway.ledger import accounts, postings
from gateway.ledger.postings import Posting
from gateway.market.hedges.errors import SwapUnread
from gateway.market.hedges.routers import (
    TRANSFER,
    approve_call,
    swap_call,
    swapped,
    transfer_call,
)
from gateway.market.hedging import moving
from gateway.market.hedging.moving import Move
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

A, B, C, ROUTER, US, POOL = (bytes([n]) * 20 for n in range(1, 7))


def read(data: bytes, *, to: bytes = ROUTER):
    return decode_call(
        UnsignedTransaction(
            chain_id=1,
            nonce=0,
            to=to,
            value=0,
            data=data,
            gas_limit=1,
            max_fee_per_gas=1,
            max_priority_fee_per_gas=1,
        )
    )


@pytest.mark.parametrize(
    ("kind", "tokens", "fees"),
    [
        ("v2", [A, B], [None]),
        ("v2", [A, C, B], [None, None]),
        ("v3", [A, B], [500]),
        ("v3", [A, C, B], [500, 3000]),
    ],
)
def test_the_signer_reads_our_swaps(kind, tokens, fees):
    data = swap_call(
        kind=kind,
        tokens=tokens,
        fees_ppm=fees,
        units_in=7,
        min_units_out=5,
        recipient=US,
        deadline=1_800_000_000,
    )
    asked = RouterSwap(router=ROUTER, path=tuple(tokens), recipient=US, units_in=7, min_units_out=5)
    assert read(data) == asked
    if kind == "v3":
        plain = swap_call(
            kind=kind,
            tokens=tokens,
            fees_ppm=fees,
            units_in=7,
            min_units_out=5,
            recipient=US,
            deadline=1_800_000_000,
            takes_deadline=False,
        )
        assert read(plain) == asked
        assert plain != data


def test_the_signer_reads_our_leave_and_our_transfers():
    assert read(approve_call(spender=ROUTER, units=9), to=A) == TokenApproval(A, ROUTER, 9)
    assert read(transfer_call(to=B, units=9), to=A) == TokenTransfer(A, B, 9)


def transfer(token: bytes, source: bytes, target: bytes, units: int):
    words = (TRANSFER, bytes(12) + source, bytes(12) + target)
    return {
        "address": "0x" + token.hex(),
        "topics": ["0x" + word.hex() for word in words],
        "data": "0x" + units.to_bytes(32, "big").hex(),
    }


def test_a_swap_is_what_went_and_what_came_and_nothing_else():
    logs = [
        transfer(A, US, POOL, 100),
        transfer(A, POOL, US, 1),  # the pool gave some back
        transfer(C, US, POOL, 5),
        transfer(B, POOL, US, 60),
        transfer(B, POOL, ROUTER, 9),
        {"address": "0x" + B.hex(), "topics": ["0x" + TRANSFER.hex()], "data": "0x"},
    ]
    assert swapped(logs, token_in=A, token_out=B, account=US) == (99, 60)
    with pytest.raises(SwapUnread):
        swapped(logs[:2], token_in=A, token_out=B, account=US)


# --- whatever happens, what the house has is constant but for named costs -------------------------

TOKEN, DOLLAR, GAS = Asset("WETH@1", 18), Asset("USDC@1", 6), Asset("ETH@1", 18)
PLACES = (
    accounts.custody_hot(1),
    accounts.exchange("x"),
    accounts.in_transit("1-x"),
    accounts.in_transit("x-1"),
)
COSTS = (accounts.gas(), accounts.venue_fees(), accounts.losses())
units = st.integers(1, 10**24)
hedges = st.tuples(st.booleans(), units, units, st.integers(0, 10**18))
happenings = st.lists(
    st.one_of(
        st.builds(moving.Asked, st.integers(0, 10)),
        st.just(moving.Refused()),
        st.builds(moving.Left, units),
        st.just(moving.Seen()),
        st.just(moving.Unseen()),
        st.builds(moving.Arrived, units),
        st.builds(moving.Returned, units),
        st.just(moving.GivenUp()),
        st.builds(moving.Waited, st.integers(0, 10**6)),
    ),
    max_size=12,
)


def lines_of_move(is_deposit: bool, happened: list[moving.Happening]) -> list[Posting]:
    ends = (accounts.custody_hot(1), accounts.exchange("x"))
    source, target = ends if is_deposit else ends[::-1]
    move = Move("1-x" if is_deposit else "x-1", source, target, DOLLAR, 10**9, 1_000)
    lines: list[Posting] = []
    for each in happened:
        try:
            move, posted = moving.step(move, each)
        except moving.MoveRefused:
            continue
        lines += posted
    in_transit = sum(
        line.amount.units for line in lines if line.account == f"in_transit:{move.way}"
    )
    under_way = move.state in (moving.MoveState.LEFT, moving.MoveState.SEEN)
    assert in_transit == (move.left if under_way else 0)
    return lines


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.lists(hedges, max_size=6), st.lists(st.tuples(st.booleans(), happenings), max_size=4))
def test_assets_change_by_what_was_traded_and_by_named_costs_only(traded, moved):
    lines: list[Posting] = []
    result = {TOKEN: 0, DOLLAR: 0, GAS: 0}
    for is_sale, token_units, dollar_units, gas in traded:
        pair = (Amount(token_units, TOKEN), Amount(dollar_units, DOLLAR))
        sold, bought = pair if is_sale else pair[::-1]
        lines += postings.hedge(chain_id=1, sold=sold, bought=bought, gas=Amount(gas, GAS))
        result[sold.asset] -= sold.units
        result[bought.asset] += bought.units
    for is_deposit, happened in moved:
        lines += lines_of_move(is_deposit, happened)
    for asset, traded_units in result.items():
        has = sum(x.amount.units for x in lines if x.account in PLACES and x.amount.asset == asset)
        costs = sum(x.amount.units for x in lines if x.account in COSTS and x.amount.asset == asset)
        desk = sum(
            -x.amount.units
            for x in lines
            if x.account == accounts.desk() and x.amount.asset == asset
        )
        assert desk == traded_units
        assert has == traded_units - costs
