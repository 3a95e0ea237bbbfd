"""Made-up lists in several versions, and who pays: addresses in every spelling. Pure."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LISTED: Final = 400
UNLISTED: Final = 2_000
ON_A_VERSION: Final = 300
VERSIONS: Final = 5
LISTED_SHARE: Final = 0.3
OTHER_CHAINS: Final = 60


@dataclass(frozen=True, slots=True)
class People:
    """Everyone there is, and whom each version of the list names.

    Attributes:
        versions: by number from 1, who is on it.
        others: addresses of other chains, as their chain writes them; a version names those whose
            place in this list, less the version's number, is even.
    """

    listed: tuple[bytes, ...]
    unlisted: tuple[bytes, ...]
    versions: tuple[frozenset[bytes], ...]
    others: tuple[str, ...]

    def on(self, number: int) -> frozenset[bytes]:
        return self.versions[number - 1]

    def others_on(self, number: int) -> frozenset[str]:
        return frozenset(
            text for place, text in enumerate(self.others) if (place - number) % 2 == 0
        )


def people(chance: random.Random) -> People:
    """From one version to the next some are delisted and others listed, less than a fifth."""
    listed = tuple(chance.randbytes(20) for _ in range(LISTED))
    versions = [frozenset(listed[:ON_A_VERSION])]
    for _ in range(VERSIONS - 1):
        kept = set(versions[-1])
        gone = set(chance.sample(sorted(kept), 50))
        come = set(chance.sample(sorted(set(listed) - kept), 50))
        versions.append(frozenset(kept - gone | come))
    return People(
        listed=listed,
        unlisted=tuple(chance.randbytes(20) for _ in range(UNLISTED)),
        versions=tuple(versions),
        others=tuple(_base58check(chance.randbytes(20)) for _ in range(OTHER_CHAINS)),
    )


def payer(everyone: People, chance: random.Random) -> bytes:
    return chance.choice(everyone.listed if chance.random() < LISTED_SHARE else everyone.unlisted)


def list_file(everyone: People, number: int, chance: random.Random) -> bytes:
    """A version as its publisher writes it: each address in a spelling of its own."""
    lines = ["address,name,program,chain"]
    for address in sorted(everyone.on(number), key=lambda _: chance.random()):
        lines.append(f"{spelled(address, chance)},PAYER {address.hex()[:8]},MADE-UP,")
    lines += [f"{text},,MADE-UP,XBT" for text in sorted(everyone.others_on(number))]
    return ("\n".join(lines) + "\n").encode()


SPELLINGS: Final[tuple[Callable[[str, random.Random], str], ...]] = (
    lambda digits, _: f"0x{digits}",
    lambda digits, _: f"0X{digits.upper()}",
    lambda digits, _: digits,
    lambda digits, _: digits.upper(),
    lambda digits, chance: "0x" + _capitals(digits, chance),
    lambda digits, chance: "eth:0x" + _capitals(digits, chance),
    lambda digits, chance: "ETH:" + _capitals(digits, chance),
    lambda digits, chance: "eip155:8453:0x" + _capitals(digits, chance),
    lambda digits, chance: "xdc" + _capitals(digits, chance),
    lambda digits, _: f"  0x{digits} ",
)


def spelled(address: bytes, chance: random.Random) -> str:
    return chance.choice(SPELLINGS)(address.hex(), chance)


def other_spellings(text: str) -> Iterator[str]:
    yield from (text, f" {text}\n", f"bitcoin:{text}")


def _capitals(digits: str, chance: random.Random) -> str:
    return "".join(digit.upper() if chance.random() < 0.5 else digit for digit in digits)


def _base58check(body: bytes) -> str:
    whole = b"\0" + body
    whole += sha256(sha256(whole).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text
