"""What an attacker who controls every row and every caller can and can't get signed."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.custody.decoding import selector_of
from gateway.custody.errors import FileTooOpen, PolicyInvalid, PolicyRefused
from gateway.custody.newcomer_bounds import IsKnown
from gateway.custody.policy import check_limits, judge
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import load_policy, parse_policy
from gateway.custody.policy_terms import Limit, Policy, Purpose
from gateway.custody.transactions import UnsignedTransaction
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    FACTORY,
    OPERATOR,
    POLICY,
    ROUTER,
    SHOP,
    TREASURY,
    USDC,
    WETH,
    payout,
    transaction,
    transfer_data,
)
from tests.custody.test_decoding import FEE, SALT, call_data, signature_named

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def reason(
    unsigned: UnsignedTransaction,
    purpose: str,
    *,
    policy: object = POLICY,
    account: bytes = OPERATOR.address,
    demo: bool = False,
    spent: dict[str, int] | None = None,
    is_known: IsKnown = lambda _address: True,
) -> str:
    """Why it is refused; "" if it is not."""
    try:
        grant = judge(
            policy=Policy(chains={CHAIN_ID: policy}),  # type: ignore[dict-item]
            transaction=unsigned,
            account=account,
            purpose=purpose,
            key_is_demo=demo,
            now=NOW,
            is_known=is_known,
        )
        check_limits(grant, granted_for_nonce={}, spent_today=spent or {})
    except PolicyRefused as refusal:
        return refusal.reason
    return ""


def swap(
    *, path: bytes = WETH + FEE + USDC, router: bytes = ROUTER, floor: int = 9
) -> tuple[object, ...]:
    return (router, path, 10, floor)


def sweep_swap_pay(to: bytes, units: int, **changes: object) -> UnsignedTransaction:
    terms = (SALT, to, USDC, 1_000, 123)
    data = call_data(
        signature_named("sweepSwapPay"),
        [SALT],
        WETH,
        swap(**changes),
        [(terms, units)],
        99,  # type: ignore[arg-type]
    )
    return transaction(to=FACTORY, data=data)


def router_swap(recipient: bytes, tokens: list[bytes], floor: int = 9) -> UnsignedTransaction:
    signature = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
    return transaction(to=ROUTER, data=call_data(signature, 10, floor, tokens, recipient, 99))


def approval(spender: bytes, token: bytes = USDC) -> UnsignedTransaction:
    data = call_data("approve(address,uint256)", spender, 2**256 - 1)
    return transaction(to=token, data=data)


SWEEP = call_data("sweep(bytes32,address,uint256)", SALT, USDC, 99)


@pytest.mark.parametrize(
    ("unsigned", "purpose", "expected"),
    [
        (payout(1_000), "payout", ""),
        (payout(1_001), "payout", "over_transaction_limit"),
        (payout(10**30, to=TREASURY), "treasury", ""),
        (payout(1, to=SHOP), "treasury", "destination_not_allowed"),
        (payout(1, to=bytes(20)), "payout", "destination_not_allowed"),
        (payout(1, to=USDC), "payout", "destination_not_allowed"),
        (payout(1), "sweep", "purpose_mismatch"),
        (payout(1), "cancel", "purpose_mismatch"),
        (payout(1), "gift", "purpose_unknown"),
        (payout(1, chain_id=1), "payout", "chain_unknown"),
        (transaction(to=SHOP, value=1), "payout", "destination_not_allowed"),
        (transaction(to=TREASURY, value=10**20), "treasury", ""),
        (transaction(to=OPERATOR.address), "cancel", ""),
        (transaction(to=OPERATOR.address, value=1), "cancel", "purpose_mismatch"),
        (transaction(to=b"\x99" * 20, data=transfer_data(SHOP, 1)), "payout", "token_unknown"),
        (transaction(to=USDC, data=b"\x12\x34\x56\x78"), "payout", "call_unknown"),
        (transaction(to=FACTORY, data=SWEEP), "sweep", ""),
        (transaction(to=ATTACKER, data=SWEEP), "sweep", "contract_not_allowed"),
        (
            transaction(
                to=FACTORY, data=selector_of("setTreasury(address)") + bytes(12) + ATTACKER
            ),
            "sweep",
            "call_unknown",
        ),
        (sweep_swap_pay(SHOP, 1_000), "fill", ""),
        (sweep_swap_pay(ATTACKER, 1_001), "fill", "over_transaction_limit"),
        (sweep_swap_pay(SHOP, 1, router=ATTACKER), "fill", "contract_not_allowed"),
        (sweep_swap_pay(SHOP, 1, floor=0), "fill", "no_floor"),
        (
            sweep_swap_pay(SHOP, 1, path=WETH + FEE + ATTACKER + FEE + USDC),
            "fill",
            "token_unknown",
        ),
        (router_swap(OPERATOR.address, [WETH, USDC]), "fill", ""),
        (router_swap(TREASURY, [WETH, USDC]), "fill", ""),
        (router_swap(ATTACKER, [WETH, USDC]), "fill", "destination_not_allowed"),
        (router_swap(TREASURY, [WETH, ATTACKER]), "fill", "token_unknown"),
        (router_swap(TREASURY, [WETH, USDC], floor=0), "fill", "no_floor"),
        (approval(ROUTER), "approve", ""),
        (approval(ATTACKER), "approve", "spender_not_allowed"),
        (approval(ROUTER, token=ATTACKER), "approve", "token_unknown"),
        (transaction(to=WETH, data=selector_of("deposit()"), value=5), "fill", ""),
        (
            transaction(to=ATTACKER, data=selector_of("deposit()"), value=5),
            "fill",
            "contract_not_allowed",
        ),
        (payout(1, max_fee_per_gas=501 * 10**9), "payout", "fee_over_cap"),
        (
            payout(1, max_fee_per_gas=400 * 10**9, max_priority_fee_per_gas=51 * 10**9),
            "payout",
            "tip_over_cap",
        ),
        (payout(1, gas_limit=16_000_001), "payout", "gas_over_cap"),
        (
            payout(1, gas_limit=16_000_000, max_fee_per_gas=100 * 10**9),
            "payout",
            "over_transaction_limit",
        ),
    ],
)
def test_only_what_the_house_does_is_signed(
    unsigned: UnsignedTransaction, purpose: str, expected: str
) -> None:
    assert reason(unsigned, purpose) == expected


def test_several_payouts_in_one_sweep_count_together() -> None:
    terms = (SALT, ATTACKER, USDC, 1_000, 123)
    data = call_data(
        signature_named("sweepSwapPay"), [SALT], WETH, swap(), [(terms, 600), (terms, 600)], 99
    )
    assert reason(transaction(to=FACTORY, data=data), "fill") == "over_transaction_limit"


def test_the_day_is_over_when_its_sum_is_reached() -> None:
    assert reason(payout(500), "payout", spent={"USDC@31337": 2_000}) == ""
    assert reason(payout(501), "payout", spent={"USDC@31337": 2_000}) == "over_day_limit"
    assert reason(payout(1), "payout", spent={"fee:ETH@31337": 10**18}) == "over_day_limit"


def test_an_account_signs_only_for_its_own_purposes_and_its_own_chain() -> None:
    narrow = replace(POLICY, accounts={OPERATOR.address: frozenset({Purpose.SWEEP})})
    assert reason(payout(1), "payout", policy=narrow) == "purpose_not_allowed"
    assert reason(transaction(to=OPERATOR.address), "cancel", policy=narrow) == ""
    assert reason(payout(1), "payout", account=ATTACKER) == "account_unknown"


def test_a_demo_key_signs_nothing_for_a_live_chain() -> None:
    live = replace(POLICY, live=True)
    assert reason(payout(1), "payout", policy=live, demo=True) == "demo_key"
    assert reason(payout(1), "payout", policy=live) == ""


DEVCHAIN = {
    "chain_id": CHAIN_ID,
    "mode": "test",
    "native": {"symbol": "ETH", "decimals": 18},
    "treasury": "0x" + TREASURY.hex(),
    "factory": {"address": "0x" + FACTORY.hex()},
    "tokens": [{"symbol": "USDC", "address": "0x" + USDC.hex(), "decimals": 6}],
    "venues": {"v2_router": "0x" + ROUTER.hex(), "weth": "0x" + WETH.hex()},
}


def test_a_drafted_policy_can_be_loaded() -> None:
    draft = draft_policy(
        [DEVCHAIN],
        accounts=[OPERATOR.address],
        limits={"USDC@31337": Limit(5, 50), "USDC@1": Limit(7, 70)},
    )
    chain = parse_policy(json.dumps(draft).encode()).chains[CHAIN_ID]
    assert chain.limits == {"USDC@31337": Limit(5, 50)}
    assert chain.destinations == {TREASURY, OPERATOR.address}
    assert chain.accounts == {OPERATOR.address: frozenset(Purpose)}
    assert (chain.factories, chain.routers) == ({FACTORY}, {ROUTER})
    assert chain.tokens == {USDC: "USDC@31337"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("chains", "31337", "mode"), "demo"),
        (("chains", "31337", "destinations"), ["0x12"]),
        (("chains", "31337", "fees_per_day"), "-1"),
        (("chains", "31337", "fees_per_day"), "1e18"),
        (("chains", "31337", "limits"), {"USDC@31337": {"per_transaction": "2", "per_day": "1"}}),
        (("chains", "31337", "surprise"), True),
    ],
)
def test_a_policy_that_says_something_impossible_is_refused(
    path: tuple[str, ...], value: object
) -> None:
    draft = draft_policy([DEVCHAIN], accounts=[OPERATOR.address], limits={})
    place = draft
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(PolicyInvalid):
        parse_policy(json.dumps(draft).encode())


def test_a_policy_that_others_may_change_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    with pytest.raises(PolicyInvalid):
        load_policy(path)
    path.write_text(json.dumps(draft_policy([DEVCHAIN], accounts=[], limits={})))
    path.chmod(0o644)
    assert CHAIN_ID in load_policy(path).chains
    path.chmod(0o664)
    with pytest.raises(FileTooOpen):
        load_policy(path)
