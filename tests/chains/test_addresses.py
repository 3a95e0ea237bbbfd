"""Addresses as people write them, and as CREATE2 makes them."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.addresses import checksum, parse_address
from gateway.chains.create2 import (
    Factory,
    SaltTerms,
    create2,
    deposit_address,
    terms_salt,
)
from gateway.chains.errors import BadAddress
from gateway.chains.watched import ColdSet

EIP55_EXAMPLES = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", EIP55_EXAMPLES)
def test_eip55_examples_are_written_and_read(text: str):
    assert checksum(parse_address(text)) == text
    assert checksum(text.lower()) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
        "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n",
        "0x５aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
    ],
)
def test_a_mistyped_address_is_refused(text: str):
    with pytest.raises(BadAddress):
        parse_address(text)


EIP1014_EXAMPLES = [
    ("00" * 20, "00" * 32, "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"),
    ("deadbeef" + "00" * 16, "00" * 32, "00", "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"),
    (
        "deadbeef" + "00" * 16,
        "00" * 12 + "feed" + "00" * 18,
        "00",
        "0xD04116cDd17beBE565EB2422F2497E06cC1C9833",
    ),
    ("00" * 20, "00" * 32, "deadbeef", "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e"),
    (
        "00" * 16 + "deadbeef",
        "00" * 28 + "cafebabe",
        "deadbeef",
        "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7",
    ),
    ("00" * 20, "00" * 32, "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"),
]


@pytest.mark.parametrize(("deployer", "salt", "code", "expected"), EIP1014_EXAMPLES)
def test_eip1014_examples(deployer: str, salt: str, code: str, expected: str):
    from eth_hash.auto import keccak

    told = create2(
        deployer=bytes.fromhex(deployer),
        salt=bytes.fromhex(salt),
        init_code_hash=keccak(bytes.fromhex(code)),
    )
    assert checksum(told) == expected


TERMS = SaltTerms(
    invoice_id=UUID("019ab3d0-0000-7000-8000-000000000001"),
    payee=bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8"),
    settlement_token=bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3"),
    amount=12_500_000,
    lock_end=1_800_000_000,
)


def test_a_salt_never_changes():
    """Golden: addresses on paper receipts must be found again in years."""
    assert terms_salt(TERMS).hex() == GOLDEN_SALT
    factory = Factory(address=bytes(19) + b"\1", version="1", init_code_hash=bytes(31) + b"\2")
    assert checksum(deposit_address(factory=factory, salt=terms_salt(TERMS))) == GOLDEN_ADDRESS


GOLDEN_SALT = "8de532daa86e593c09fb7fd8a8e6c36fc10bc7d467e6824f791d8f9e3e188c80"
GOLDEN_ADDRESS = "0x4009f311234d33152C0ec3FBD4B441b3Ab2adC95"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1},
        {"amount": 2**256},
        {"lock_end": 2**64},
        {"lock_end": -1},
        {"payee": b"\1" * 19},
    ],
)
def test_terms_that_a_contract_could_not_hash_are_refused(changes: dict):
    with pytest.raises(ValueError):
        terms_salt(replace(TERMS, **changes))


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**64 - 1))
def test_any_amount_and_lock_change_the_salt(amount: int, lock_end: int):
    other = replace(TERMS, amount=amount, lock_end=lock_end)
    assert (terms_salt(other) == terms_salt(TERMS)) == (other == TERMS)


@pytest.mark.parametrize(
    "changes",
    [
        {"invoice_id": UUID("019ab3d0-0000-7000-8000-000000000002")},
        {"payee": b"\2" * 20},
        {"settlement_token": b"\3" * 20},
        {"amount": 1},
        {"lock_end": 1},
    ],
)
def test_every_term_changes_the_salt(changes: dict):
    """Two invoices alike in all but their id would share an address, and one payment."""
    assert terms_salt(replace(TERMS, **changes)) != terms_salt(TERMS)


def test_a_cold_set_knows_what_it_was_given():
    addresses = [i.to_bytes(20, "little") for i in range(1, 500)]
    cold = ColdSet(addresses[::2])
    assert all((a in cold) == (i % 2 == 0) for i, a in enumerate(addresses))
    assert b"" not in ColdSet()
