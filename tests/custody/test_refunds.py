"""What goes back to shoppers has limits of its own, and never goes to the house."""

import json
from dataclasses import replace

import pytest

from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import REFUND_PREFIX, Limit
from tests.custody.conftest import (
    ATTACKER,
    FACTORY,
    OPERATOR,
    POLICY,
    ROUTER,
    SHOP,
    TREASURY,
    USDC,
    payout,
    transaction,
)
from tests.custody.test_policy import reason

BOUNDED = replace(
    POLICY,
    refunds={"USDC@31337": Limit(500, 800), POLICY.native_asset: Limit(10, 10)},
    accounts={account: purposes | {"refund"} for account, purposes in POLICY.accounts.items()},
)


def test_a_refund_has_limits_of_its_own() -> None:
    assert reason(payout(500), "refund", policy=BOUNDED) == ""
    assert reason(payout(501), "refund", policy=BOUNDED) == "over_transaction_limit"
    spent = {f"{REFUND_PREFIX}USDC@31337": 301}
    assert reason(payout(500), "refund", policy=BOUNDED, spent=spent) == "over_day_limit"
    # What was paid out today takes nothing of it.
    assert reason(payout(500), "refund", policy=BOUNDED, spent={"USDC@31337": 10**12}) == ""


def test_without_limits_nothing_goes_back() -> None:
    unbounded = replace(BOUNDED, refunds={})
    assert reason(payout(1), "refund", policy=unbounded) == "refund_not_bounded"
    assert reason(transaction(to=SHOP, value=1), "refund", policy=unbounded) == "refund_not_bounded"
    assert reason(transaction(to=SHOP, value=10), "refund", policy=BOUNDED) == ""


@pytest.mark.parametrize(
    "to", [bytes(20), USDC, FACTORY, ROUTER, TREASURY, OPERATOR.address], ids=lambda a: a.hex()[:8]
)
def test_a_refund_never_goes_to_the_house_or_a_contract_of_its(to: bytes) -> None:
    assert reason(payout(1, to=to), "refund", policy=BOUNDED) == "destination_not_allowed"
    assert reason(transaction(to=to, value=1), "refund", policy=BOUNDED) in (
        "destination_not_allowed",
        "call_unknown",
    )


def test_an_attacker_gets_no_more_by_calling_it_a_refund() -> None:
    assert reason(payout(500, to=ATTACKER), "refund", policy=BOUNDED) == ""
    assert reason(payout(10**12, to=ATTACKER), "refund", policy=BOUNDED) == "over_transaction_limit"


def test_a_draft_lets_a_tenth_go_back_unless_it_is_told_otherwise() -> None:
    chain = {
        "chain_id": 31337,
        "mode": "test",
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [{"symbol": "USDC", "address": "0x" + USDC.hex(), "decimals": 6}],
        "treasury": "0x" + TREASURY.hex(),
    }
    limits = {"USDC@31337": Limit(1_000, 20_000)}
    told = {"USDC@31337": Limit(7, 8)}
    for refunds, expected in ((None, Limit(100, 2_000)), (told, Limit(7, 8)), ({}, None)):
        draft = draft_policy([chain], accounts=[OPERATOR.address], limits=limits, refunds=refunds)
        policy = parse_policy(json.dumps(draft).encode())
        assert policy.chains[31337].refunds.get("USDC@31337") == expected
