"""A batch is as many transfers as it has receivers: each is held to what one on its own is."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.custody.batch_calls import BatchPay
from gateway.custody.client import SignerClient
from gateway.custody.decoding import CallUnknown, decode_call
from gateway.custody.errors import PolicyRefused
from gateway.custody.newcomer_bounds import Newcomers
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Purpose
from gateway.custody.transactions import UnsignedTransaction
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    OPERATOR,
    PAYER,
    POLICY,
    SHOP,
    TREASURY,
    USDC,
    WETH,
    Desk,
    batch,
    payout,
    transaction,
)
from tests.custody.test_decoding import ARTIFACTS, selector_of
from tests.custody.test_policy import DEVCHAIN, reason

OTHER = b"\x0d" * 20
LIMIT = POLICY.limits["USDC@31337"]
APPROVE = bytes.fromhex("095ea7b3")


def test_the_signer_reads_who_gets_what() -> None:
    assert decode_call(batch((SHOP, 700), (OTHER, 5))) == BatchPay(
        contract=PAYER, token=USDC, paid=((SHOP, 700), (OTHER, 5))
    )


def test_the_selector_is_the_contracts_own() -> None:
    abi = json.loads((ARTIFACTS / "BatchPayer.json").read_bytes())["abi"]
    (pay,) = (each for each in abi if each.get("name") == "pay")
    types = [part["type"] for part in pay["inputs"][1]["components"]]
    assert (pay["inputs"][0]["type"], types) == ("address", ["bytes32", "address", "uint256"])
    assert batch((SHOP, 1)).data[:4] == selector_of("pay(address,(bytes32,address,uint256)[])")


def test_coin_on_top_or_bytes_behind_it_are_no_batch() -> None:
    whole = batch((SHOP, 1))
    for odd in (
        replace(whole, value=1),
        replace(whole, data=whole.data + bytes(32)),
        replace(whole, data=whole.data[:-32]),
    ):
        with pytest.raises(CallUnknown):
            decode_call(odd)


@pytest.mark.parametrize(
    ("unsigned", "expected"),
    [
        (batch((SHOP, 1_000), (OTHER, 1_000)), ""),
        (batch((SHOP, 1_000), (ATTACKER, 1_001)), "over_transaction_limit"),
        (batch((ATTACKER, 600), (SHOP, 1), (ATTACKER, 600)), "over_transaction_limit"),
        (batch((SHOP, 1_000), (OTHER, 1_000), (ATTACKER, 501)), "over_day_limit"),
        (batch((SHOP, 1_000), (OTHER, 1_000), (TREASURY, 10**9)), ""),
        (batch((SHOP, 1), (bytes(20), 1)), "destination_not_allowed"),
        (batch((SHOP, 1), (USDC, 1)), "destination_not_allowed"),
        (batch((SHOP, 1), token=WETH), "destination_not_allowed"),
        (batch((SHOP, 1), token=ATTACKER), "token_unknown"),
        (batch((SHOP, 1), to=ATTACKER), "contract_not_allowed"),
    ],
)
def test_each_receiver_is_held_to_the_limits(unsigned: UnsignedTransaction, expected: str) -> None:
    assert reason(unsigned, "payout") == expected


def test_a_batch_is_how_payouts_are_made_and_nothing_else() -> None:
    for purpose in Purpose:
        found = reason(batch((SHOP, 1)), purpose.value)
        assert found == ("" if purpose is Purpose.PAYOUT else "purpose_mismatch"), purpose


def test_without_the_contract_in_the_policy_there_are_no_batches_and_no_leave_for_it() -> None:
    leave = transaction(to=USDC, data=APPROVE + bytes(12) + PAYER + b"\xff" * 32)
    without = replace(POLICY, payers=frozenset())
    assert reason(batch((SHOP, 1)), "payout", policy=without) == "contract_not_allowed"
    assert reason(leave, "approve", policy=without) == "spender_not_allowed"
    assert reason(leave, "approve") == ""


def test_newcomers_in_a_batch_get_little_each_and_together() -> None:
    bounds = Newcomers(after_days=2, limits={"USDC@31337": (100, 150)})
    bounded = replace(POLICY, newcomers=bounds)
    is_known = {SHOP}.__contains__
    for unsigned, expected in (
        (batch((SHOP, 1_000), (OTHER, 100), (ATTACKER, 50)), ""),
        (batch((SHOP, 1_000), (OTHER, 101)), "over_transaction_limit"),
        (batch((SHOP, 1), (OTHER, 100), (ATTACKER, 51)), "over_day_limit"),
    ):
        assert reason(unsigned, "payout", policy=bounded, is_known=is_known) == expected


def test_a_draft_names_the_contract_that_the_chain_does() -> None:
    for told, expected in ((None, frozenset()), ("0x" + PAYER.hex(), frozenset({PAYER}))):
        draft = draft_policy(
            [{**DEVCHAIN, "batch_payer": told}], accounts=[OPERATOR.address], limits={}
        )
        policy = parse_policy(json.dumps(draft).encode())
        assert policy.chains[CHAIN_ID].payers == expected


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    paid=st.lists(
        st.tuples(st.sampled_from([SHOP, OTHER, ATTACKER, TREASURY]), st.integers(0, 1_200)),
        min_size=1,
        max_size=8,
    ),
    spent=st.integers(0, 2_500),
)
def test_a_batch_passes_where_and_only_where_its_transfers_would(
    paid: list[tuple[bytes, int]], spent: int
) -> None:
    each: dict[bytes, int] = {}
    for to, units in paid:
        each[to] = each.get(to, 0) + units
    alone = [
        reason(payout(units, to=to), "payout", spent={"USDC@31337": 0})
        for to, units in each.items()
    ]
    strangers = sum(units for to, units in each.items() if to != TREASURY)
    fits = strangers == 0 or spent + strangers <= LIMIT.per_day
    found = reason(batch(*paid), "payout", spent={"USDC@31337": spent})
    assert (found == "") == (fits and not any(alone))


def test_a_thief_who_smuggles_a_receiver_into_batches_gets_a_days_limit_at_most(desk: Desk) -> None:
    desk.start()
    stolen = 0
    with SignerClient(str(desk.socket)) as client:
        for nonce in range(8):
            paid = batch((SHOP, 100), (ATTACKER, 900), (SHOP, 100), nonce=nonce)
            with suppress(PolicyRefused):
                client.sign(
                    request_id=f"theft-{nonce}",
                    account=OPERATOR.address,
                    purpose="payout",
                    transaction=paid,
                )
                stolen += 900
        assert stolen == 1_800
        # what the batches took is taken of the transfers too
        with pytest.raises(PolicyRefused, match="day"):
            client.sign(
                request_id="rest",
                account=OPERATOR.address,
                purpose="payout",
                transaction=payout(301, to=ATTACKER, nonce=9),
            )
