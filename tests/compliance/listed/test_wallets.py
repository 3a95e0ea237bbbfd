"""One address has one key, however a publisher or a person writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.listed.wallets import address_bytes, evm_of_key, wallet_key

# From BIP 173, BIP 350, the cashaddr specification and Bitcoin's first block.
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
BECH32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
BECH32M = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
CASH = "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GENESIS, f"base58:{GENESIS}"),
        (f" {GENESIS}\n", f"base58:{GENESIS}"),
        (f"bitcoin:{GENESIS}", f"base58:{GENESIS}"),
        (BECH32, f"bech32:{BECH32}"),
        (BECH32.upper(), f"bech32:{BECH32}"),
        (f"BITCOIN:{BECH32.upper()}", f"bech32:{BECH32}"),
        (BECH32M, f"bech32:{BECH32M}"),
        (CASH, f"cash:{CASH}"),
        (f"bitcoincash:{CASH}", f"cash:{CASH}"),
        (f"BITCOINCASH:{CASH.upper()}", f"cash:{CASH}"),
        (TRON, f"base58:{TRON}"),
        (f"tron:{TRON}", f"base58:{TRON}"),
        ("eip155:1:0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
         "evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96"),
        ("xdc098B716B8Aaf21512996dC57EB0615e2383E2f96",
         "evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96"),
    ],
)  # fmt: skip
def test_every_spelling_of_an_address_has_its_one_key(text: str, key: str) -> None:
    assert wallet_key(text) == key


@pytest.mark.parametrize(
    "text", [GENESIS[:-1] + "b", BECH32[:-1] + "5", "bC1" + BECH32[3:], "46yzCCD3Mza9tRj7aqPSaxVb"]
)
def test_what_has_no_checksum_we_know_is_kept_as_it_is_written(text: str) -> None:
    assert wallet_key(text) == f"text:{text}"


def test_capitals_mean_something_in_base58() -> None:
    assert wallet_key(GENESIS.lower()) != wallet_key(GENESIS)


@given(
    st.binary(min_size=20, max_size=20),
    st.sampled_from(["0x", "0X", "", "eth:", "ETH:0x", "eip155:8453:0x", "xdc", " 0x"]),
    st.randoms(use_true_random=False),
)
def test_an_evm_address_is_found_whatever_its_capitals_and_prefix(
    address: bytes, prefix: str, random: object
) -> None:
    digits = "".join(
        letter.upper() if random.random() < 0.5 else letter  # type: ignore[attr-defined]
        for letter in address.hex()
    )
    key = wallet_key(prefix + digits)
    assert key == f"evm:0x{address.hex()}"
    assert address_bytes(prefix + digits) == address == evm_of_key(key)


def test_only_an_evm_key_has_the_bytes_of_an_evm_address() -> None:
    assert evm_of_key(wallet_key(TRON)) is None
