"""What a payer signs is what eth_account signs and what a token would recover."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chains.eip3009 import (
    TRANSFER_TYPEHASH,
    N,
    SignatureInvalid,
    TokenDomain,
    TransferAuthorization,
    signer_of,
    split_signature,
)

PAYER = Account.from_key("0x" + "4c" * 32)
CIRCLE = TokenDomain(
    "USD Coin", "2", 8453, bytes.fromhex("833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")
)
uint256 = st.integers(0, 2**256 - 1)
address = st.binary(min_size=20, max_size=20)
word = st.binary(min_size=32, max_size=32)


def signed(authorization: TransferAuthorization, domain: TokenDomain = CIRCLE) -> bytes:
    message = encode_typed_data(full_message=authorization.typed_data(domain))
    return bytes(PAYER.sign_message(message).signature)


def payer_authorization(**changes: Any) -> TransferAuthorization:
    return TransferAuthorization(
        **{
            "payer": bytes.fromhex(PAYER.address[2:]),
            "to": b"\x11" * 20,
            "units": 12_500_000,
            "valid_after": 0,
            "valid_before": 1_800_000_000,
            "nonce": b"\x22" * 32,
            **changes,
        }
    )


def test_the_type_is_the_one_that_the_standard_names() -> None:
    # EIP-3009, TRANSFER_WITH_AUTHORIZATION_TYPEHASH
    assert TRANSFER_TYPEHASH.hex() == (
        "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267"
    )


authorizations = st.builds(
    TransferAuthorization,
    payer=address,
    to=address,
    units=uint256,
    valid_after=uint256,
    valid_before=uint256,
    nonce=word,
)


@settings(max_examples=60, deadline=None)
@given(authorization=authorizations, name=st.text(max_size=40))
def test_any_authorization_hashes_as_eth_account_hashes_it(
    authorization: TransferAuthorization, name: str
) -> None:
    domain = TokenDomain(name, "2", 31337, b"\x33" * 20)
    theirs = encode_typed_data(full_message=authorization.typed_data(domain))
    assert theirs.header == domain.separator
    assert keccak(b"\x19\x01" + theirs.header + theirs.body) == authorization.digest(domain)


def test_a_wallets_signature_names_its_payer_and_another_domain_names_somebody_else() -> None:
    authorization = payer_authorization()
    signature = signed(authorization)
    assert signer_of(authorization.digest(CIRCLE), signature) == authorization.payer
    elsewhere = TokenDomain("USD Coin", "2", 1, CIRCLE.contract)
    assert signer_of(authorization.digest(elsewhere), signature) != authorization.payer


def test_a_v_of_zero_or_one_is_read_as_wallets_mean_it() -> None:
    authorization = payer_authorization()
    signature = signed(authorization)
    bare = signature[:64] + bytes([signature[64] - 27])
    assert signer_of(authorization.digest(CIRCLE), bare) == authorization.payer
    assert authorization.call_data(bare) == authorization.call_data(signature)


def test_the_twin_with_the_high_s_is_refused() -> None:
    signature = signed(payer_authorization())
    r, s, parity = split_signature(signature)
    twin = r.to_bytes(32, "big") + (N - s).to_bytes(32, "big") + bytes([28 - parity])
    with pytest.raises(SignatureInvalid):
        split_signature(twin)


@pytest.mark.parametrize(
    "signature",
    [b"", b"\x01" * 64, b"\x01" * 66, b"\x01" * 64 + b"\x02", bytes(64) + b"\x1b"],
    ids=["empty", "compact", "too long", "strange v", "zeros"],
)
def test_what_is_no_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        signer_of(b"\x01" * 32, signature)
