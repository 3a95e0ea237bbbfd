"""A wrapped signature is read as ERC-6492 has it, or not at all; whatever a stranger hands in."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as some

from gateway.chains.eip3009 import SignatureInvalid
from gateway.chains.signed_texts import signature_read
from gateway.chains.wrapped_signatures import (
    MAGIC,
    MAX_SIGNATURE,
    MAX_WRAPPED,
    WrappedSignature,
    unwrap,
)
from tests.chains.wallet_kit import wrapped

FACTORY = bytes(range(20))


def test_the_magic_bytes_are_those_of_the_erc() -> None:
    assert MAGIC.hex() == "6492649264926492649264926492649264926492649264926492649264926492"
    assert len(MAGIC) == 32


@given(
    called=some.binary(min_size=20, max_size=20),
    data=some.binary(max_size=700),
    signature=some.binary(max_size=700),
)
def test_what_was_wrapped_comes_out(called: bytes, data: bytes, signature: bytes) -> None:
    whole = wrapped(called, data, signature)
    assert unwrap(whole) == WrappedSignature(called, data, signature)
    assert signature_read("0x" + whole.hex()) == whole


@given(some.binary(max_size=400))
def test_anything_else_before_the_magic_bytes_is_refused(noise: bytes) -> None:
    try:
        found = unwrap(noise + MAGIC)
    except SignatureInvalid:
        return
    assert found is not None  # it happens to be a wrapping
    assert len(found.data) + len(found.signature) <= 2 * len(noise)


@given(some.binary(max_size=200))
def test_without_them_it_is_a_plain_one(signature: bytes) -> None:
    if not signature.endswith(MAGIC):
        assert unwrap(signature) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(96),
        b"\xff" * 96,
        b"\1" + encode(["address", "bytes", "bytes"], [FACTORY, b"", b""])[1:],
        encode(["address", "bytes", "bytes"], [FACTORY, b"a" * 64, b"b" * 64])[:-32],
        encode(["uint256", "uint256", "uint256"], [1, 2**255, 2**255]),
        encode(["uint256", "uint256", "uint256", "uint256"], [1, 96, 96, 2**64]),
    ],
)
def test_what_is_cut_padded_or_points_nowhere_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        unwrap(body + MAGIC)


def test_a_blob_is_refused_before_it_is_read() -> None:
    fits = wrapped(FACTORY, bytes(MAX_WRAPPED - 32 * 6 - 96), b"\1")
    assert len(fits) <= MAX_WRAPPED and unwrap(fits) is not None
    for blob in (
        wrapped(FACTORY, bytes(MAX_WRAPPED), b"\1"),
        wrapped(FACTORY, b"", bytes(MAX_SIGNATURE + 1)),
        bytes(MAX_SIGNATURE + 1),
    ):
        with pytest.raises(SignatureInvalid):
            signature_read("0x" + blob.hex())
    with pytest.raises(SignatureInvalid, match="too long"):
        signature_read("0x" + "zz" * 10**6)
    assert len(signature_read("0x" + "11" * MAX_SIGNATURE)) == MAX_SIGNATURE
