import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.custody.transactions import (
    NotATransaction,
    UnsignedTransaction,
    parse_payload,
    parse_signed,
    sign,
)
from tests.custody.conftest import OPERATOR, transaction

TRANSACTIONS = st.builds(
    lambda tip, above, **rest: UnsignedTransaction(
        max_priority_fee_per_gas=tip, max_fee_per_gas=tip + above, **rest
    ),
    tip=st.integers(0, 2**100),
    above=st.integers(0, 2**100),
    chain_id=st.integers(1, 2**53),
    nonce=st.integers(0, 2**53),
    to=st.binary(min_size=20, max_size=20),
    value=st.integers(0, 2**256 - 1),
    data=st.binary(max_size=300),
    gas_limit=st.integers(0, 2**60),
)


@settings(max_examples=50)
@given(TRANSACTIONS)
def test_our_signed_bytes_are_those_of_eth_account(unsigned: UnsignedTransaction) -> None:
    ours = sign(unsigned, OPERATOR.private_key)
    theirs = Account.sign_transaction(
        {
            "type": 2,
            "chainId": unsigned.chain_id,
            "nonce": unsigned.nonce,
            "to": unsigned.to,
            "value": unsigned.value,
            "data": unsigned.data,
            "gas": unsigned.gas_limit,
            "maxFeePerGas": unsigned.max_fee_per_gas,
            "maxPriorityFeePerGas": unsigned.max_priority_fee_per_gas,
        },
        OPERATOR.private_key.secret,
    )
    assert (ours.raw, ours.hash) == (bytes(theirs.raw_transaction), bytes(theirs.hash))


@settings(max_examples=50)
@given(TRANSACTIONS)
def test_what_was_signed_can_be_read_back_with_its_signer(unsigned: UnsignedTransaction) -> None:
    assert parse_payload(unsigned.payload()) == unsigned
    assert parse_signed(sign(unsigned, OPERATOR.private_key).raw) == (unsigned, OPERATOR.address)


def test_a_second_encoding_of_the_same_transaction_is_refused() -> None:
    payload = transaction(nonce=5).payload()
    assert payload[0] == 2
    for other in (payload + b"\x00", b"\x01" + payload[1:], payload[:-1], b"", b"\x02\xc0"):
        with pytest.raises(NotATransaction):
            parse_payload(other)


def test_a_creation_of_a_contract_is_no_transaction_of_ours() -> None:
    with pytest.raises(NotATransaction):
        transaction(to=b"")
