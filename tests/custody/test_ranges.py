"""What an attacker can and can't get signed of a position manager."""

import json
from dataclasses import replace
from typing import Any

import pytest
from eth_abi import encode

from gateway.custody.decoding import CallUnknown, decode_call, selector_of
from gateway.custody.policy import judge
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import RANGE_PREFIX, Policy, Purpose
from gateway.custody.range_bounds import RangeBounds
from gateway.custody.range_calls import COLLECT, DECREASE, MINT, RangeMint
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    OPERATOR,
    POLICY,
    ROUTER,
    USDC,
    WETH,
    transaction,
)
from tests.custody.test_decoding import call_data
from tests.custody.test_policy import NOW, reason

MANAGER = b"\x3a" * 20
CODES = {POLICY.tokens[USDC]: 1_000, POLICY.tokens[WETH]: 500}
BOUNDS = RangeBounds(
    managers=frozenset({MANAGER}),
    pools=frozenset({(WETH, USDC, 500)}),
    limits={code: (units, 2 * units) for code, units in CODES.items()},
)
OPEN = replace(POLICY, ranges=BOUNDS)


def _text(address: bytes) -> str:
    return "0x" + address.hex()


def mint(**changes: Any) -> Any:
    terms = {
        "token0": WETH,
        "token1": USDC,
        "fee": 500,
        "lower": -600,
        "upper": 600,
        "units0": 500,
        "units1": 1_000,
        "least0": 490,
        "least1": 980,
        "recipient": OPERATOR.address,
        "deadline": 2**40,
        **changes,
    }
    values = tuple(_text(v) if isinstance(v, bytes) else v for v in terms.values())
    return transaction(to=MANAGER, data=call_data(f"mint({MINT})", values))


def decrease(*floors: int, to: bytes = MANAGER) -> Any:
    data = call_data(f"decreaseLiquidity({DECREASE})", (7, 10**9, *floors, 2**40))
    return transaction(to=to, data=data)


def collect(recipient: bytes) -> Any:
    values = (7, _text(recipient), 2**128 - 1, 2**128 - 1)
    return transaction(to=MANAGER, data=call_data(f"collect({COLLECT})", values))


BURN = transaction(to=MANAGER, data=call_data("burn(uint256)", 7))


def test_a_life_of_a_range_is_signed_and_all_that_is_offered_counts() -> None:
    for unsigned in (mint(), decrease(1, 0), decrease(0, 1), collect(OPERATOR.address), BURN):
        assert reason(unsigned, "range", policy=OPEN) == ""
    grant = judge(
        policy=Policy(chains={CHAIN_ID: OPEN}),
        transaction=mint(),
        account=OPERATOR.address,
        purpose="range",
        key_is_demo=False,
        now=NOW,
    )
    assert isinstance(grant.call, RangeMint)
    spent = {s.asset: s.units for s in grant.spends if s.asset.startswith(RANGE_PREFIX)}
    assert spent == {
        RANGE_PREFIX + POLICY.tokens[WETH]: 500,
        RANGE_PREFIX + POLICY.tokens[USDC]: 1_000,
    }


@pytest.mark.parametrize(
    "unsigned", [mint(), decrease(1, 1), collect(OPERATOR.address), BURN], ids=str
)
def test_a_policy_without_ranges_signs_none(unsigned: Any) -> None:
    assert reason(unsigned, "range") == "contract_not_allowed"
    for purpose in set(Purpose) - {Purpose.RANGE}:
        assert reason(unsigned, purpose.value, policy=OPEN) == "purpose_mismatch"


@pytest.mark.parametrize(
    ("unsigned", "why"),
    [
        (mint(recipient=ATTACKER), "destination_not_allowed"),
        (mint(recipient=bytes(20)), "destination_not_allowed"),
        (collect(ATTACKER), "destination_not_allowed"),
        # the zero address leaves it with the manager, for anybody to sweep
        (collect(bytes(20)), "destination_not_allowed"),
        (mint(least0=0, least1=0), "no_floor"),
        (decrease(0, 0), "no_floor"),
        (decrease(1, 1, to=ATTACKER), "contract_not_allowed"),
        (mint(fee=3000), "pool_not_allowed"),
        (mint(token0=USDC, token1=WETH), "pool_not_allowed"),
        (mint(token1=ATTACKER), "pool_not_allowed"),
        (mint(units1=1_001), "over_transaction_limit"),
    ],
)
def test_what_is_refused(unsigned: Any, why: str) -> None:
    assert reason(unsigned, "range", policy=OPEN) == why


def test_a_days_limit_holds() -> None:
    spent = {RANGE_PREFIX + POLICY.tokens[USDC]: 1_001}
    assert reason(mint(), "range", policy=OPEN, spent=spent) == "over_day_limit"
    bounds = replace(BOUNDS, limits={POLICY.tokens[USDC]: (1_000, 1_000)})
    assert reason(mint(), "range", policy=replace(OPEN, ranges=bounds)) == "range_not_bounded"
    assert reason(mint(units0=0), "range", policy=replace(OPEN, ranges=bounds)) == ""


def test_only_a_named_manager_may_be_approved() -> None:
    approval = transaction(
        to=USDC, data=call_data("approve(address,uint256)", _text(MANAGER), 1_000)
    )
    assert reason(approval, "approve") == "spender_not_allowed"
    assert reason(approval, "approve", policy=OPEN) == ""


def test_liquidity_for_a_position_that_exists_is_not_signed() -> None:
    terms = "(uint256,uint256,uint256,uint256,uint256,uint256)"
    data = selector_of(f"increaseLiquidity({terms})") + encode([terms], [(7, 1, 1, 1, 1, 2**40)])
    with pytest.raises(CallUnknown):
        decode_call(transaction(to=MANAGER, data=data))
    assert reason(transaction(to=MANAGER, data=data), "range", policy=OPEN) == "call_unknown"


def test_value_or_a_changed_encoding_is_refused() -> None:
    padded = transaction(to=MANAGER, data=mint().data + bytes(32))
    assert reason(padded, "range", policy=OPEN) == "call_unknown"
    assert reason(replace(mint(), value=1), "range", policy=OPEN) == "call_unknown"


def test_the_file_says_it_and_a_draft_does_not() -> None:
    told = json.loads(json.dumps(_draft()))
    assert parse_policy(json.dumps(told).encode()).chains[CHAIN_ID].ranges is None
    chain = told["chains"][str(CHAIN_ID)]
    chain["ranges"] = {
        "managers": [_text(MANAGER)],
        "pools": [{"token0": _text(WETH), "token1": _text(USDC), "fee_ppm": 500}],
        "limits": {"USDC@1": {"per_transaction": "1", "per_day": "2"}},
    }
    read = parse_policy(json.dumps(told).encode()).chains[CHAIN_ID].ranges
    assert read is not None
    assert read.pools == BOUNDS.pools
    assert read.limits == {"USDC@1": (1, 2)}
    assert ROUTER not in read.managers


def _draft() -> dict[str, Any]:
    chain = {
        "chain_id": CHAIN_ID,
        "mode": "test",
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [{"symbol": "USDC", "address": _text(USDC), "decimals": 6}],
        "treasury": _text(OPERATOR.address),
    }
    return draft_policy([chain], accounts=[OPERATOR.address], limits={})
