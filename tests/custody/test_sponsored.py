"""Gas is given to signed transfers into deposit addresses of ours, to nothing else, and so much
a day."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.chains.create2 import create2
from gateway.chains.eip3009 import TransferAuthorization
from gateway.custody.decoding import CallUnknown, decode_call
from gateway.custody.errors import PolicyRefused
from gateway.custody.policy import check_limits, judge
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Policy, Purpose
from gateway.custody.sponsor_bounds import SPONSOR_PREFIX, SponsorBounds
from gateway.custody.sponsor_calls import AuthorizedTransfer
from gateway.custody.transactions import UnsignedTransaction
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    FACTORY,
    OPERATOR,
    POLICY,
    TREASURY,
    USDC,
    transaction,
)
from tests.custody.test_policy import DEVCHAIN, NOW, reason

SALT, CODE, PAYER = b"\x5a" * 32, b"\xc0" * 32, b"\x9a" * 20
DEPOSIT = create2(deployer=FACTORY, salt=SALT, init_code_hash=CODE)
BOUNDS = SponsorBounds(
    deposit_codes={FACTORY: CODE}, max_gas_limit=250_000, fees_per_day=5 * 10**15
)
ALLOWED = replace(POLICY, sponsored=BOUNDS)


def signed_transfer(to: bytes = USDC, gas: int = 100_000, **changes: Any) -> UnsignedTransaction:
    authorization = TransferAuthorization(
        **{
            "payer": PAYER,
            "to": DEPOSIT,
            "units": 12_500_000,
            "valid_after": 0,
            "valid_before": 1_800_000_000,
            "nonce": SALT,
            **changes,
        }
    )
    signature = b"\x01" * 64 + b"\x1b"
    return replace(transaction(to=to, data=authorization.call_data(signature)), gas_limit=gas)


def refusal(unsigned: UnsignedTransaction, **policy: Any) -> str:
    return reason(unsigned, purpose="sponsor", policy=replace(ALLOWED, **policy))


def test_the_signer_reads_what_the_house_asks_for() -> None:
    assert decode_call(signed_transfer()) == AuthorizedTransfer(
        token=USDC, payer=PAYER, to=DEPOSIT, units=12_500_000, nonce=SALT
    )
    with pytest.raises(CallUnknown):
        decode_call(replace(signed_transfer(), value=1))


@pytest.mark.parametrize(
    ("unsigned", "expected"),
    [
        (signed_transfer(), ""),
        (signed_transfer(to=ATTACKER), "token_unknown"),
        (signed_transfer(nonce=b"\1" * 32), "destination_not_allowed"),
        (signed_transfer(units=0), "destination_not_allowed"),
        (signed_transfer(gas=250_001), "gas_over_cap"),
    ],
)
def test_only_a_known_token_into_an_address_of_ours(
    unsigned: UnsignedTransaction, expected: str
) -> None:
    assert refusal(unsigned) == expected


@pytest.mark.parametrize("receiver", [ATTACKER, OPERATOR.address, TREASURY, bytes(20)])
def test_no_receiver_but_a_deposit_address(receiver: bytes) -> None:
    data = bytearray(signed_transfer().data)
    data[4 + 32 + 12 : 4 + 64] = receiver
    assert refusal(replace(signed_transfer(), data=bytes(data))) == "destination_not_allowed"


def test_a_policy_that_says_nothing_of_it_gives_nothing() -> None:
    assert refusal(signed_transfer(), sponsored=None) == "sponsor_not_bounded"


def test_no_other_purpose_signs_it_and_the_purpose_signs_nothing_else() -> None:
    for purpose in set(Purpose) - {Purpose.SPONSOR}:
        assert reason(signed_transfer(), purpose=purpose, policy=ALLOWED) == "purpose_mismatch"
    assert refusal(transaction(to=ATTACKER, value=1)) == "purpose_mismatch"


def test_a_days_gas_for_shoppers_is_counted_apart_and_bounded() -> None:
    grant = judge(
        policy=Policy({CHAIN_ID: ALLOWED}),
        transaction=signed_transfer(),
        account=OPERATOR.address,
        purpose="sponsor",
        key_is_demo=False,
        now=NOW,
    )
    name = SPONSOR_PREFIX + POLICY.native_asset
    [spend] = [spend for spend in grant.spends if spend.asset == name]
    assert spend.units == signed_transfer().gas_limit * signed_transfer().max_fee_per_gas
    room = BOUNDS.fees_per_day - spend.units
    assert check_limits(grant, granted_for_nonce={}, spent_today={name: room})[name] == spend.units
    with pytest.raises(PolicyRefused, match="day"):
        check_limits(grant, granted_for_nonce={}, spent_today={name: room + 1})


def test_a_draft_pays_gas_only_where_the_chain_is_set_to() -> None:
    told = DEVCHAIN | {
        "factory": {"address": "0x" + FACTORY.hex(), "init_code_hash": "0x" + CODE.hex()}
    }
    for sponsor in (None, {"max_gas_price_wei": 1}):
        draft = draft_policy([told | {"sponsor": sponsor}], accounts=[OPERATOR.address], limits={})
        [chain] = parse_policy(json.dumps(draft).encode()).chains.values()
        assert (chain.sponsored is not None) == bool(sponsor)
    assert chain.sponsored is not None
    assert chain.sponsored.deposit_codes == {FACTORY: CODE}
