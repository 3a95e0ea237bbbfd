"""What a node says of a transaction: its receipt, a refusal of its bytes, a revert. Pure."""

from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from gateway.chains.errors import MalformedAnswer
from gateway.outside.errors import NodeError

REVERTED_RPC_CODE = 3
ERROR_SELECTOR = bytes.fromhex("08c379a0")
PANIC_SELECTOR = bytes.fromhex("4e487b71")
MAX_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where a transaction was mined and what it cost; fees in wei."""

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    effective_gas_price: int
    fee_units: int
    logs: tuple[dict[str, Any], ...]


def parse_receipt(answer: Any) -> Receipt | None:
    """The receipt in a node's answer; None while there is none.

    Raises:
        MalformedAnswer: it isn't what a receipt looks like.
    """
    if answer is None:
        return None
    try:
        if not isinstance(answer["logs"], list):
            raise TypeError("logs that aren't a list")
        gas_used = int(answer["gasUsed"], 16)
        price = int(answer["effectiveGasPrice"], 16)
        return Receipt(
            tx_hash=_bytes32(answer["transactionHash"]),
            block_number=int(answer["blockNumber"], 16),
            block_hash=_bytes32(answer["blockHash"]),
            succeeded=int(answer["status"], 16) == 1,
            gas_used=gas_used,
            effective_gas_price=price,
            # Rollups of the OP stack charge for the data they post, beside the gas.
            fee_units=gas_used * price + int(answer.get("l1Fee") or "0x0", 16),
            logs=tuple(
                {
                    "address": log["address"],
                    "topics": list(log["topics"]),
                    "data": log["data"],
                    "log_index": int(log["logIndex"], 16),
                }
                for log in answer["logs"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"a receipt that can't be read: {error!r}") from error


def _bytes32(text: str) -> bytes:
    value = bytes.fromhex(text.removeprefix("0x"))
    if len(value) != 32:
        raise ValueError("not 32 bytes")
    return value


def is_known_already(error: NodeError) -> bool:
    """The node has these very bytes, or its chain has used their nonce: receipts will tell."""
    message = error.rpc_message.lower()
    return any(
        phrase in message
        for phrase in (
            "already known",
            "alreadyknown",
            "already imported",
            "known transaction",
            "already exists",
            "nonce too low",
            "nonce is too low",
        )
    )


def is_short_of_gas(error: NodeError) -> bool:
    message = error.rpc_message.lower()
    return "insufficient funds" in message or "insufficient balance" in message


def is_revert(error: NodeError) -> bool:
    """The node ran the call and it failed, as opposed to a node that could not run it."""
    message = error.rpc_message.lower()
    return error.rpc_code == REVERTED_RPC_CODE or any(
        phrase in message
        for phrase in ("revert", "invalid opcode", "out of gas", "gas required exceeds")
    )


def revert_reason(error: NodeError) -> str:
    """The contract's own words where it gave any, else the node's."""
    data = error.data.get("data") if isinstance(error.data, dict) else error.data
    if isinstance(data, str) and data.startswith("0x"):
        try:
            reason = decoded_reason(bytes.fromhex(data[2:]))
        except (ValueError, DecodingError):
            reason = ""
        if reason:
            return reason[:MAX_REASON_LENGTH]
    return error.rpc_message[:MAX_REASON_LENGTH]


def decoded_reason(data: bytes) -> str:
    """What a contract said when it refused; "" if it said nothing.

    Raises:
        DecodingError, ValueError: it said something that can't be read.
    """
    if data[:4] == ERROR_SELECTOR:
        return str(decode(("string",), data[4:])[0])
    if data[:4] == PANIC_SELECTOR:
        return f"panic 0x{decode(('uint256',), data[4:])[0]:02x}"
    return f"error 0x{data[:4].hex()}" if len(data) >= 4 else ""
