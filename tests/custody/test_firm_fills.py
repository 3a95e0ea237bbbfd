"""Orders of makers are signed for those whom the policy names, and only near its references."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.custody.decoding import CallUnknown, FirmFill, TokenApproval, decode_call
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.transactions import UnsignedTransaction
from gateway.market.firm.orders import FirmOrder, SignedOrder, fill_call
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    OPERATOR,
    POLICY,
    ROUTER,
    TREASURY,
    USDC,
    WETH,
    transaction,
)
from tests.custody.test_decoding import call_data
from tests.custody.test_policy import DEVCHAIN, reason
from tests.custody.test_swap_bounds import BOUNDS

ETHER = 10**18
CONTRACT, MAKER = b"\xf0" * 20, b"\x3a" * 20
ALLOWED = replace(POLICY, firm_orders={CONTRACT: frozenset({MAKER})}, swaps=BOUNDS)


def fill(to: bytes = CONTRACT, **changes: Any) -> UnsignedTransaction:
    order: dict[str, Any] = {
        "maker": MAKER,
        "taker": OPERATOR.address,
        "token_in": WETH,
        "token_out": USDC,
        "amount_in": ETHER,
        "amount_out": 2_990_000_000,
        "expiry": 99,
        "nonce": 2**255,
    }
    data = fill_call(SignedOrder(FirmOrder(**(order | changes)), b"\5" * 65))
    return transaction(to=to, data=data)


def test_the_signer_reads_what_the_desk_asks_for() -> None:
    assert decode_call(fill()) == FirmFill(
        contract=CONTRACT,
        maker=MAKER,
        taker=OPERATOR.address,
        path=(WETH, USDC),
        units_in=ETHER,
        min_units_out=2_990_000_000,
    )


def test_coin_on_top_or_bytes_behind_it_are_no_order() -> None:
    for odd in (replace(fill(), value=1), replace(fill(), data=fill().data + bytes(32))):
        with pytest.raises(CallUnknown):
            decode_call(odd)


@pytest.mark.parametrize(
    ("unsigned", "expected"),
    [
        (fill(), ""),
        (fill(maker=ATTACKER), "maker_not_allowed"),
        (fill(taker=TREASURY), "destination_not_allowed"),
        (fill(to=ROUTER), "contract_not_allowed"),
        (fill(token_out=ATTACKER), "token_unknown"),
        (fill(token_in=ATTACKER), "token_unknown"),
        (fill(amount_out=0), "no_floor"),
        (fill(amount_in=0), "no_floor"),
        (fill(amount_out=2_849_999_999), "below_reference"),
        (fill(amount_out=2_850_000_000), ""),
        (fill(amount_in=2**128), "below_reference"),
    ],
)
def test_what_is_signed_of_it(unsigned: UnsignedTransaction, expected: str) -> None:
    assert reason(unsigned, policy=ALLOWED, purpose="fill") == expected


def test_without_the_policys_word_nothing_is_signed() -> None:
    assert reason(fill(), policy=POLICY, purpose="fill") == "contract_not_allowed"
    assert reason(fill(), policy=ALLOWED, purpose="payout") == "purpose_mismatch"
    unbounded = replace(ALLOWED, live=True, swaps=None)
    assert reason(fill(), policy=unbounded, purpose="fill", demo=False) == ("reference_missing")


def test_the_contract_may_be_given_leave_and_the_maker_not() -> None:
    for spender, expected in ((CONTRACT, ""), (MAKER, "spender_not_allowed")):
        leave = transaction(to=WETH, data=call_data("approve(address,uint256)", spender, 5))
        assert isinstance(decode_call(leave), TokenApproval)
        assert reason(leave, policy=ALLOWED, purpose="approve") == expected


def test_a_draft_names_makers_only_where_the_contract_is() -> None:
    address = "0x" + "f0" * 20
    venues = {**DEVCHAIN.get("venues", {}), "firm_orders": address}
    for chain, expected in (
        (DEVCHAIN, {}),
        ({**DEVCHAIN, "venues": venues}, {CONTRACT: frozenset({MAKER})}),
    ):
        draft = draft_policy([chain], accounts=[OPERATOR.address], limits={}, makers=[MAKER])
        read = parse_policy(json.dumps(draft).encode()).chains[CHAIN_ID]
        assert read.firm_orders == expected
    without = draft_policy([DEVCHAIN], accounts=[OPERATOR.address], limits={})
    del without["chains"][str(CHAIN_ID)]["firm_orders"]  # a file written before there were makers
    assert parse_policy(json.dumps(without).encode()).chains[CHAIN_ID].firm_orders == {}
