"""Many balances in one call, without a contract of our own on the chain.

``eth_call`` without a recipient runs its data as init code; this one reads the addresses behind
it and returns their balances, of the native coin or of a token.
"""

from collections.abc import Sequence

from gateway.chains.errors import MalformedAnswer

ADDRESSES_PER_CALL = 512
"""Nodes hold what init code returns to 24,576 bytes, as if it were a contract: 768 words."""

# n = codesize - L; codecopy(0, L, n); for (i = 0; i < n; i += 32) mem[i] = balance(mem[i]);
# return (0, n)
_CODE = bytes.fromhex("6024380380602460003960005b81811015601f578051318152602001600c565b506000f3")
# mem[0:4] = balanceOf's selector; codecopy(0x40, L, n): the token's word, then the addresses;
# for each of these (i = 0x20 … n): mem[4:36] = address; staticcall(token) writes the balance over
# it, or all is reverted where the token answers with less than a word; return (0x60, n - 0x20)
_TOKEN_CODE = bytes.fromhex(
    "60548038038060546040396370a0823160e01b60005260205b818110156045578060400180516004526020816024"
    "60006040515afa3d601f101615604e57506020016018565b506020900360"
    "60f35b60006000fd"
)
_WORD_BYTES = 32


def balances_call(addresses: Sequence[bytes]) -> str:
    """The ``data`` of a call that answers with the balances of at most 512 addresses."""
    if len(addresses) > ADDRESSES_PER_CALL:
        raise ValueError(f"at most {ADDRESSES_PER_CALL} addresses in one call")
    return "0x" + (_CODE + b"".join(a.rjust(_WORD_BYTES, b"\0") for a in addresses)).hex()


def token_balances_call(token: bytes, addresses: Sequence[bytes]) -> str:
    """The same for what at most 512 addresses hold of a token, by its ``balanceOf``."""
    if len(addresses) > ADDRESSES_PER_CALL:
        raise ValueError(f"at most {ADDRESSES_PER_CALL} addresses in one call")
    words = b"".join(word.rjust(_WORD_BYTES, b"\0") for word in (token, *addresses))
    return "0x" + (_TOKEN_CODE + words).hex()


def parse_balances(answer: object, *, count: int) -> list[int]:
    """Base units of each address asked for, in order.

    Raises:
        MalformedAnswer: it isn't ``count`` words.
    """
    if not isinstance(answer, str) or len(answer) != 2 + 2 * _WORD_BYTES * count:
        raise MalformedAnswer("balances that aren't one word for each address")
    try:
        words = bytes.fromhex(answer[2:])
    except ValueError as error:
        raise MalformedAnswer("balances that aren't hexadecimal") from error
    return [
        int.from_bytes(words[start : start + _WORD_BYTES], "big")
        for start in range(0, len(words), _WORD_BYTES)
    ]
