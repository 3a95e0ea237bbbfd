"""An address is the same address however it is written."""

import pytest

from gateway.compliance.tracing.spelling import Spelled, spelled

DIGITS = "098b716b8aaf21512996dc57eb0615e2383e2f96"
ADDRESS = bytes.fromhex(DIGITS)


@pytest.mark.parametrize(
    "text",
    [
        DIGITS,
        "0x" + DIGITS,
        "0X" + DIGITS.upper(),
        "0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
        "0x098b716B8Aaf21512996dC57EB0615e2383E2f96",  # a wrong checksum
        f"  0x{DIGITS}\n",
        f"0x{DIGITS[:20]}\u200b{DIGITS[20:]}",
        f"0x{DIGITS[:20]} {DIGITS[20:]}",
        "".join(chr(ord(one) + 0xFEE0) for one in "0x" + DIGITS),
        f"nochain:0x{DIGITS}",
    ],
)
def test_a_spelling_is_understood(text: str) -> None:
    assert spelled(text) == Spelled(ADDRESS)


@pytest.mark.parametrize(
    ("text", "chain_id"),
    [
        (f"base:0x{DIGITS}", 8453),
        (f"ETH:0x{DIGITS.upper()}", 1),
        (f"arb1:{DIGITS}", 42161),
        (f"eip155:137:0x{DIGITS}", 137),
        (f"EIP155:31337:{DIGITS}", 31337),
    ],
)
def test_a_spelling_may_name_its_chain(text: str, chain_id: int) -> None:
    assert spelled(text) == Spelled(ADDRESS, chain_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        DIGITS[:-1],
        DIGITS + "0",
        "0x" + DIGITS[:-1] + "g",
        f"a:b:0x{DIGITS}",
        f"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:{DIGITS[:32]}",
        f"eip155::0x{DIGITS}",
        f"eip155:١:0x{DIGITS}",
        "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
    ],
)
def test_what_is_no_evm_address_is_none(text: str) -> None:
    assert spelled(text) is None
