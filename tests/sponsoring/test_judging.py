"""Which signatures pay an invoice: exactly the one that was asked for, and no other."""

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chains.eip3009 import N, TokenDomain, TransferAuthorization
from gateway.sponsoring.errors import (
    AuthorizationExpired,
    SignatureRefused,
    WrongAmount,
    WrongDomain,
    WrongNonce,
    WrongRecipient,
    WrongTimes,
)
from gateway.sponsoring.judging import MIN_SECONDS_LEFT, Demand, check_signed, check_time
from gateway.sponsoring.life import MOVES, SETTLED, STATUSES, may_become, unsent_status

KEY = Account.from_key("0x" + "4c" * 32)
PAYER = bytes.fromhex(KEY.address[2:])
NOW = 1_800_000_000
DOMAIN = TokenDomain("USD Coin", "2", 8453, b"\x83" * 20)
ELSEWHERE = replace(DOMAIN, chain_id=1)
DEMAND = Demand(
    domain=DOMAIN, to=b"\xde" * 20, units=12_500_000, nonce=b"\x5a" * 32, lock_end=NOW + 900
)
ASKED = DEMAND.for_payer(PAYER)


def signature_of(signed: TransferAuthorization, domain: TokenDomain = DOMAIN) -> bytes:
    message = encode_typed_data(full_message=signed.typed_data(domain))
    return bytes(KEY.sign_message(message).signature)


def check(signed: TransferAuthorization = ASKED, signature: bytes | None = None, now: int = NOW):
    signature = signature_of(signed) if signature is None else signature
    check_signed(DEMAND, signed, signature, others=[ELSEWHERE], now=now)


def test_what_was_asked_for_and_signed_is_taken() -> None:
    check()
    check(replace(ASKED, valid_before=ASKED.valid_before - 60))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"to": b"\xad" * 20}, WrongRecipient),
        ({"nonce": b"\x01" * 32}, WrongNonce),
        ({"units": DEMAND.units - 1}, WrongAmount),
        ({"units": DEMAND.units + 1}, WrongAmount),
        ({"valid_before": DEMAND.lock_end + 1}, WrongTimes),
        ({"valid_before": 2**256 - 1}, WrongTimes),
        ({"valid_after": NOW}, WrongTimes),
        ({"valid_before": NOW + MIN_SECONDS_LEFT - 1}, AuthorizationExpired),
    ],
)
def test_anything_else_is_refused_though_it_is_signed(
    changes: dict[str, object], refusal: type[SignatureRefused]
) -> None:
    with pytest.raises(refusal) as refused:
        check(replace(ASKED, **changes))  # type: ignore[arg-type]
    assert type(refused.value) is refusal


def test_a_signature_for_another_chain_is_told_from_a_wrong_key() -> None:
    with pytest.raises(WrongDomain):
        check(signature=signature_of(ASKED, ELSEWHERE))
    with pytest.raises(SignatureRefused) as refused:
        check(replace(ASKED, payer=b"\x99" * 20), signature=signature_of(ASKED))
    assert refused.value.code == "signature_invalid"


def test_a_signature_for_a_chain_that_nobody_knows_is_invalid() -> None:
    with pytest.raises(SignatureRefused) as refused:
        check(signature=signature_of(ASKED, replace(DOMAIN, chain_id=999)))
    assert refused.value.code == "signature_invalid"


def test_the_high_twin_of_a_signature_is_refused() -> None:
    good = signature_of(ASKED)
    s = int.from_bytes(good[32:64], "big")
    twin = good[:32] + (N - s).to_bytes(32, "big") + bytes([55 - good[64]])
    with pytest.raises(SignatureRefused):
        check(signature=twin)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 64), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_signature_passes(at: int, bit: int) -> None:
    changed = bytearray(signature_of(ASKED))
    changed[at] ^= 1 << bit
    with pytest.raises(SignatureRefused):
        check(signature=bytes(changed))


@settings(max_examples=100, deadline=None)
@given(junk=st.binary(max_size=80))
def test_bytes_that_are_no_signature_are_refused_and_break_nothing(junk: bytes) -> None:
    with pytest.raises(SignatureRefused):
        check(signature=junk)


def test_nothing_is_asked_to_be_signed_that_could_not_be_mined_in_time() -> None:
    check_time(DEMAND, now=DEMAND.lock_end - MIN_SECONDS_LEFT)
    with pytest.raises(AuthorizationExpired):
        check_time(DEMAND, now=DEMAND.lock_end - MIN_SECONDS_LEFT + 1)


def test_what_has_paid_never_becomes_anything_else() -> None:
    assert not any(may_become(paid, then) for paid in SETTLED for then in STATUSES)
    assert set(MOVES) == set(STATUSES) - SETTLED


def test_how_one_ends_that_we_did_not_get_mined() -> None:
    assert unsent_status(delivered=True, valid_before=NOW, now=NOW) == "delivered"
    assert unsent_status(delivered=False, valid_before=NOW, now=NOW) == "expired"
    assert unsent_status(delivered=False, valid_before=NOW + 1, now=NOW) == "failed"
