"""Whoever writes the rows can't have the house sell for next to nothing."""

import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.custody.client import SignerClient
from gateway.custody.errors import PolicyInvalid, PolicyRefused
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.swap_bounds import SwapBounds
from gateway.custody.transactions import UnsignedTransaction
from tests.custody.conftest import (
    CHAIN_ID,
    FACTORY,
    OPERATOR,
    POLICY,
    ROUTER,
    TREASURY,
    USDC,
    WETH,
    Desk,
    Now,
    transaction,
)
from tests.custody.test_decoding import FEE, SALT, call_data, signature_named
from tests.custody.test_policy import DEVCHAIN, NOW, reason

ETHER = 10**18
BOUNDS = SwapBounds(
    values={
        "WETH@31337": Fraction(3000 * 10**6, ETHER),
        "ETH@31337": Fraction(3000 * 10**6, ETHER),
        "USDC@31337": Fraction(1),
    },
    as_of=NOW,
    max_age=timedelta(hours=72),
    max_loss_bps={"*": 500, "USDC@31337>WETH@31337": 100},
    loss_per_day=200 * 10**6,
)
BOUNDED = replace(POLICY, swaps=BOUNDS)


def sale(units_in: int, floor: int, *, nonce: int = 0, token: bytes = WETH) -> UnsignedTransaction:
    """A sweep that sells WETH (or the native coin) for USDC."""
    swap = (ROUTER, WETH + FEE + USDC, units_in, floor)
    data = call_data(signature_named("sweepAndSwap"), [SALT], token, swap, 99)
    return transaction(to=FACTORY, data=data, nonce=nonce)


def router_sale(units_in: int, floor: int, tokens: list[bytes]) -> UnsignedTransaction:
    signature = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
    return transaction(to=ROUTER, data=call_data(signature, units_in, floor, tokens, TREASURY, 99))


@pytest.mark.parametrize(
    ("unsigned", "expected"),
    [
        (sale(ETHER, 1), "below_reference"),
        (sale(ETHER, 2849_999_999), "below_reference"),
        (sale(ETHER, 2850_000_000), ""),
        (sale(ETHER, 9000_000_000), ""),
        (sale(ETHER, 2849_999_999, token=bytes(20)), "below_reference"),
        (sale(ETHER, 2850_000_000, token=bytes(20)), ""),
        (sale(2 * ETHER, 5700_000_000), "over_transaction_limit"),  # 300 USD in one go
        (router_sale(ETHER, 1, [WETH, USDC]), "below_reference"),
        (router_sale(3000_000_000, ETHER * 99 // 100, [USDC, WETH]), ""),
        (router_sale(3000_000_000, ETHER * 98 // 100, [USDC, WETH]), "below_reference"),
    ],
)
def test_a_floor_far_below_the_signers_own_reference_is_refused(
    unsigned: UnsignedTransaction, expected: str
) -> None:
    assert reason(unsigned, "fill", policy=BOUNDED) == expected


def test_old_or_missing_references_swap_nothing() -> None:
    fair = sale(ETHER, 3000_000_000)
    stale = replace(BOUNDS, as_of=NOW - timedelta(hours=73))
    assert reason(fair, "fill", policy=replace(BOUNDED, swaps=stale)) == "reference_stale"
    early = replace(BOUNDS, as_of=NOW + timedelta(hours=1))
    assert reason(fair, "fill", policy=replace(BOUNDED, swaps=early)) == "reference_stale"
    none = replace(BOUNDS, values={"USDC@31337": Fraction(1)})
    assert reason(fair, "fill", policy=replace(BOUNDED, swaps=none)) == "reference_missing"
    live = replace(POLICY, live=True)
    assert reason(fair, "fill", policy=live) == "reference_missing"
    assert reason(fair, "fill") == ""  # a test chain whose policy bounds nothing


def test_an_attacker_with_every_row_loses_the_house_no_more_than_the_day(
    desk: Desk, now: Now
) -> None:
    """Floors of one unit are refused; the worst that pass add up to the day's loss, and no more,
    restarts or not."""
    desk.policy = replace(BOUNDED, swaps=replace(BOUNDS, as_of=now.now))
    desk.start()
    lost = granted = 0
    for number in range(40):
        floor = (1, 0, 2849_999_999, 2850_000_000)[number % 4]
        if number == 20:
            desk.restart()
        with desk.client() as client:
            if is_signed(client, sale(ETHER, floor, nonce=number), f"x{number}"):
                granted += 1
                lost += 3000_000_000 - floor
    assert granted == 1
    assert 0 < lost <= BOUNDS.loss_per_day
    now.now += timedelta(days=1)
    with desk.client() as client:
        assert is_signed(client, sale(ETHER, 2850_000_000, nonce=50), "next day")


def is_signed(client: SignerClient, unsigned: UnsignedTransaction, request_id: str) -> bool:
    try:
        client.sign(
            request_id=request_id,
            account=OPERATOR.address,
            purpose="fill",
            transaction=unsigned,
        )
    except PolicyRefused:
        return False
    return True


@given(units_in=st.integers(1, 10**30), floor=st.integers(1, 10**24))
def test_what_passes_never_loses_more_than_the_band(units_in: int, floor: int) -> None:
    try:
        loss = BOUNDS.loss_of(
            asset_in="WETH@31337",
            units_in=units_in,
            asset_out="USDC@31337",
            min_units_out=floor,
            now=NOW,
        )
    except PolicyRefused:
        assert floor * ETHER * 10_000 < units_in * 3000 * 10**6 * 9_500
        return
    worth = Fraction(units_in * 3000 * 10**6, ETHER)
    assert max(Fraction(0), worth - floor) <= loss < max(Fraction(0), worth - floor) + 1
    assert floor >= worth * Fraction(95, 100)


def test_a_drafted_policy_bounds_swaps_by_the_references_given() -> None:
    draft = draft_policy(
        [DEVCHAIN],
        accounts=[OPERATOR.address],
        limits={},
        references={"ETH@31337": "3000.5", "USDC@31337": "1", "USDC@1": "1"},
        as_of=NOW,
    )
    bounds = parse_policy(json.dumps(draft).encode()).chains[CHAIN_ID].swaps
    assert bounds is not None
    assert bounds.values == {
        "ETH@31337": Fraction(30005 * 10**5, ETHER),
        "USDC@31337": Fraction(1),
    }
    assert bounds.loss_per_day == 1000 * 10**6
    for key, wrong in (
        ("loss_per_day", "1e3"),
        ("as_of", "2026-11-24T12:00:00"),
        ("max_loss_bps", {"*": 10_000}),
        ("max_age_hours", 0),
    ):
        changed = json.loads(json.dumps(draft))
        changed["chains"][str(CHAIN_ID)]["swaps"][key] = wrong
        with pytest.raises(PolicyInvalid):
            parse_policy(json.dumps(changed).encode())
