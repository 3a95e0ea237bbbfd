"""Payment requests as wallets write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.invoices.erc681 import PaymentRequest, erc681_uri, parse_erc681
from gateway.invoices.errors import NotErc681

USDC_ON_BASE = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
SHOPPER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_twelve_and_a_half_usdc_on_base_is_written_as_wallets_expect() -> None:
    uri = erc681_uri(recipient=SHOPPER, token=USDC_ON_BASE, chain_id=8453, units=12_500_000)
    assert uri == (
        "ethereum:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913@8453/transfer"
        "?address=0x70997970C51812dc3A010C7d01b50e0d17dc79C8&uint256=12500000"
    )


def test_the_native_coin_is_asked_for_by_value() -> None:
    uri = erc681_uri(recipient=bytes.fromhex(SHOPPER[2:]), token=None, chain_id=1, units=10**18)
    assert uri == f"ethereum:{SHOPPER}@1?value=1000000000000000000"


def test_the_examples_of_the_standard_are_read_exactly() -> None:
    assert parse_erc681(
        "ethereum:0xfb6916095ca1df60bb79Ce92ce3ea74c37c5d359?value=2.014e18"
    ) == PaymentRequest(
        recipient="0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        token=None,
        chain_id=None,
        units=2_014_000_000_000_000_000,
    )
    request = parse_erc681(
        "ethereum:0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7/transfer"
        "?address=0x8e23ee67d1332ad560396262c48ffbb01f93d052&uint256=1"
    )
    assert request.token is not None
    assert request.token.lower() == "0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7"
    assert request.recipient.lower() == "0x8e23ee67d1332ad560396262c48ffbb01f93d052"
    assert request.units == 1


addresses = st.binary(min_size=20, max_size=20)


@given(addresses, st.none() | addresses, st.integers(1, 2**53), st.integers(0, 2**256 - 1))
def test_what_we_write_is_read_back_the_same(
    recipient: bytes, token: bytes | None, chain_id: int, units: int
) -> None:
    uri = erc681_uri(recipient=recipient, token=token, chain_id=chain_id, units=units)
    request = parse_erc681(uri)
    assert bytes.fromhex(request.recipient[2:]) == recipient
    assert (request.token and bytes.fromhex(request.token[2:])) == token
    assert (request.chain_id, request.units) == (chain_id, units)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bitcoin:0x8e23ee67d1332ad560396262c48ffbb01f93d052",
        "ETHEREUM:0x8e23ee67d1332ad560396262c48ffbb01f93d052",
        "ethereum:0x8e23",
        "ethereum:vitalik.eth?value=1",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052?value=1.5",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052?value=-1",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052?value=1&value=2",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052?value=1e99",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052?value=١",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052/approve?address="
        "0x8e23ee67d1332ad560396262c48ffbb01f93d052&uint256=1",
        "ethereum:0x8e23ee67d1332ad560396262c48ffbb01f93d052/transfer?uint256=1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotErc681):
        parse_erc681(text)
