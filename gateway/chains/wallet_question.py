"""The question to a contract wallet whether a signature is its own, and its answer.

One ``eth_call`` without a recipient, which nodes run as init code: ``contracts/src/
WalletQuestion.sol`` asks the wallet by ERC-1271, and if a call came with the signature (ERC-6492)
it makes that call and asks again. It never stands on a chain, and nothing stays of what it did.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.chains.errors import MalformedAnswer
from gateway.chains.rpc_words import hex_of
from gateway.chains.wrapped_signatures import WrappedSignature
from gateway.outside.rpc import Call

ARTIFACT: Final = Path(__file__).parents[2] / "contracts" / "artifacts" / "WalletQuestion.json"
GAS: Final = 12_000_000
"""Gas of the whole question: both answers and the call at their limits, and 2,000,000 for sending
8 KiB there. Below the 2^24 of one transaction (EIP-7825), which some nodes hold calls to."""
ASKED_FROM: Final = keccak(b"tillway: a question to a wallet")[-20:]
"""Nobody's address. Some contracts take a call from the zero address, or the address 1, for a
simulation, and let it do what nobody may."""
DELEGATION: Final = bytes.fromhex("ef0100")
"""What the code of an account with a key begins with, where it lent itself a contract's
(EIP-7702)."""
DELEGATION_BYTES: Final = 23
ANSWER_CHARS: Final = 66

Says = Literal["no", "yes", "yes_after_the_call"]
Code = Literal["none", "delegated", "contract"]
_ANSWERS: Final[dict[int, Says]] = {0: "no", 1: "yes", 2: "yes_after_the_call"}


@dataclass(frozen=True, slots=True)
class WalletAnswer:
    """What was found at a wallet's address.

    Attributes:
        code: what stands there now, before any call.
        says: of the signature; ``yes_after_the_call`` once the call that came with it was made.
    """

    code: Code
    says: Says


def wallet_calls(
    *, wallet: bytes, digest: bytes, signature: bytes, wrapped: WrappedSignature | None
) -> tuple[Call, Call]:
    """The calls to a node that ask a wallet about a signature of 32 bytes, wrapped or not."""
    called, data = (wrapped.called, wrapped.data) if wrapped else (bytes(20), b"")
    arguments = encode(
        ["address", "bytes32", "bytes", "address", "bytes"],
        [wallet, digest, wrapped.signature if wrapped else signature, called, data],
    )
    question: dict[str, Any] = {
        "from": hex_of(ASKED_FROM),
        "gas": hex_of(GAS),
        "data": hex_of(_init_code() + arguments),
    }
    return (
        ("eth_getCode", (hex_of(wallet), "latest")),
        ("eth_call", (question, "latest")),
    )


def read_answer(code: object, said: object) -> WalletAnswer:
    """What a node answered to ``wallet_calls``.

    Raises:
        MalformedAnswer: it isn't what such an answer looks like.
    """
    if not isinstance(said, str) or len(said) != ANSWER_CHARS:
        raise MalformedAnswer("an answer that isn't one word")
    if not isinstance(code, str) or not code.startswith("0x"):
        raise MalformedAnswer("code that isn't hexadecimal")
    try:
        stands = bytes.fromhex(code[2:])
        says = _ANSWERS.get(int(said, 16))
    except ValueError as error:
        raise MalformedAnswer("an answer that isn't hexadecimal") from error
    if says is None:
        raise MalformedAnswer("neither yes nor no")
    return WalletAnswer(code=_kind(stands), says=says)


def _kind(code: bytes) -> Code:
    if not code:
        return "none"
    is_lent = len(code) == DELEGATION_BYTES and code.startswith(DELEGATION)
    return "delegated" if is_lent else "contract"


@cache
def _init_code() -> bytes:
    return bytes.fromhex(orjson.loads(ARTIFACT.read_bytes())["bytecode"][2:])
