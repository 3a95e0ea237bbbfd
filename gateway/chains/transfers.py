"""Transfers as a node's JSON tells them, cut out by hand: this is the hot path.

Every log of an answer is checked for its shape, matched or not; an answer with one broken log is
refused whole, because what else it lost can't be known.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.chains.errors import MalformedAnswer

TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
"""keccak("Transfer(address,address,uint256)")"""
SWEPT_TOPIC = "0x0e083373a7cffc389e5d184d0332d4e0d35a0e948d1a6a96c94c6916a44cd061"
"""keccak("Swept(bytes32,address,uint256)")"""

NATIVE_LOG_INDEX = -1
"""The log index of a transfer of the native coin, which has no log."""

TOPIC_CHARS = 66
"""0x and 64 digits: 32 bytes."""
ADDRESS_CHARS = 42


@dataclass(frozen=True, slots=True)
class Transfer:
    """A token's Transfer event, or the native coin's movement (``token`` None).

    Attributes:
        log_index: place among the block's logs; -1 for the native coin.
        trace_path: "" but for what no transaction or log shows, see ``Deposit``.
        units: base units.
    """

    token: bytes | None
    sender: bytes
    recipient: bytes
    units: int
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int
    trace_path: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """What was cut out of a list of logs.

    Attributes:
        incoming: transfers to a watched address, in order.
        outgoing: transfers from a watched address, in order.
        sweeps: the factory's own Swept logs, whole.
        numbers: of the blocks that had any log, as written in the JSON.
    """

    incoming: list[Transfer]
    outgoing: list[Transfer]
    sweeps: list[dict[str, Any]]
    numbers: set[str]


def slice_logs(logs: Sequence[Any], watched: Container[bytes]) -> Slice:
    """Match the Transfer logs of ``logs`` against the watched addresses.

    Raises:
        MalformedAnswer: a log has not the shape of a log.
    """
    incoming: list[Transfer] = []
    outgoing: list[Transfer] = []
    sweeps: list[dict[str, Any]] = []
    numbers: set[str] = set()
    fromhex = bytes.fromhex
    try:
        for log in logs:
            topics = log["topics"]
            numbers.add(log["blockNumber"])
            if topics[0] != TRANSFER_TOPIC:
                if topics[0] == SWEPT_TOPIC:
                    sweeps.append(log)
                    continue
                raise MalformedAnswer(f"a log with topic {topics[0]!r} was not asked for")
            if len(topics) != 3:
                # A contract may declare its Transfer otherwise (an NFT indexes the id): not money.
                continue
            sender, recipient = topics[1], topics[2]
            if len(sender) != TOPIC_CHARS or len(recipient) != TOPIC_CHARS:
                raise MalformedAnswer("a topic is not 32 bytes")
            if fromhex(recipient[26:]) in watched:
                incoming.append(_whole_transfer(log))
            if fromhex(sender[26:]) in watched:
                outgoing.append(_whole_transfer(log))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise MalformedAnswer(f"a log can't be read: {error!r}") from error
    return Slice(incoming, outgoing, sweeps, numbers)


def _whole_transfer(log: Mapping[str, Any]) -> Transfer:
    if log.get("removed"):
        raise MalformedAnswer("a removed log in an answer about the chain as it is")
    data = log["data"]
    if len(data) != TOPIC_CHARS:
        raise MalformedAnswer("the amount of a Transfer is not 32 bytes")
    topics = log["topics"]
    return Transfer(
        token=_sized(log["address"], ADDRESS_CHARS),
        sender=bytes.fromhex(topics[1][26:]),
        recipient=bytes.fromhex(topics[2][26:]),
        units=int(data, 16),
        block_number=int(log["blockNumber"], 16),
        block_hash=_sized(log["blockHash"], TOPIC_CHARS),
        tx_hash=_sized(log["transactionHash"], TOPIC_CHARS),
        log_index=int(log["logIndex"], 16),
    )


@dataclass(frozen=True, slots=True)
class Sweep:
    """The factory's report that it emptied a deposit address of one token (None: native)."""

    salt: bytes
    token: bytes | None
    units: int
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int


def parse_sweep(log: Mapping[str, Any]) -> Sweep:
    """A ``Swept(bytes32 indexed salt, address indexed token, uint256 amount)`` log.

    Raises:
        MalformedAnswer: it isn't one.
    """
    try:
        _, salt, token = log["topics"]
        address = bytes.fromhex(_exact(token, TOPIC_CHARS)[26:])
        return Sweep(
            salt=_sized(salt, TOPIC_CHARS),
            token=address if any(address) else None,
            units=int(_exact(log["data"], TOPIC_CHARS), 16),
            block_number=int(log["blockNumber"], 16),
            block_hash=_sized(log["blockHash"], TOPIC_CHARS),
            tx_hash=_sized(log["transactionHash"], TOPIC_CHARS),
            log_index=int(log["logIndex"], 16),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"a Swept log can't be read: {error!r}") from error


def native_transfers(
    transactions: Iterable[Any], watched: Container[bytes], *, block_number: int, block_hash: bytes
) -> list[Transfer]:
    """Transactions of a block that carry native coin to a watched address.

    Whether each succeeded stands in its receipt, not here.

    Raises:
        MalformedAnswer: a transaction has not the shape of one.
    """
    found = []
    fromhex = bytes.fromhex
    try:
        for transaction in transactions:
            to = transaction["to"]
            if to is None or transaction["value"] == "0x0":
                continue
            if len(to) != ADDRESS_CHARS:
                raise MalformedAnswer("an address is not 20 bytes")
            recipient = fromhex(to[2:])
            if recipient in watched:
                found.append(
                    Transfer(
                        token=None,
                        sender=_sized(transaction["from"], ADDRESS_CHARS),
                        recipient=recipient,
                        units=int(transaction["value"], 16),
                        block_number=block_number,
                        block_hash=block_hash,
                        tx_hash=_sized(transaction["hash"], TOPIC_CHARS),
                        log_index=NATIVE_LOG_INDEX,
                    )
                )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"a transaction can't be read: {error!r}") from error
    return found


def transaction_senders(transactions: Iterable[Any], wanted: set[bytes]) -> dict[bytes, bytes]:
    """Who signed each of the wanted transactions of a block, by hash.

    Raises:
        MalformedAnswer: a transaction has not the shape of one.
    """
    senders = {}
    try:
        for transaction in transactions:
            tx_hash = bytes.fromhex(transaction["hash"][2:])
            if tx_hash in wanted:
                senders[tx_hash] = _sized(transaction["from"], ADDRESS_CHARS)
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"a transaction can't be read: {error!r}") from error
    return senders


def _exact(text: str, chars: int) -> str:
    if len(text) != chars or not text.startswith("0x"):
        raise ValueError(f"{text[:80]!r} has not {chars} characters")
    return text


def _sized(text: str, chars: int) -> bytes:
    return bytes.fromhex(_exact(text, chars)[2:])
