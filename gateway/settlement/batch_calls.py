"""The call that pays a batch, what its receipt says of each payout, and each one's part of the gas:
pure. The contract is ``contracts/src/BatchPayer.sol``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from gateway.chains.receipts import decoded_reason
from gateway.custody.batch_calls import PAY, PAY_TYPES
from gateway.settlement.errors import BatchUnreadable

PAY_SELECTOR = bytes(keccak(PAY.encode())[:4])
PAID_TOPIC = "0x" + keccak(b"Paid(bytes32,address,address,uint256)").hex()
NOT_PAID_TOPIC = "0x" + keccak(b"NotPaid(bytes32,address,address,uint256,bytes)").hex()
MAX_REASON_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Item:
    """A payout as the contract is told of it: base units of the batch's token."""

    payout_id: UUID
    to: bytes
    units: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt says of one payout; ``reason`` where it was not paid."""

    paid: bool
    reason: str = ""


def pay_call(*, token: bytes, items: Sequence[Item]) -> bytes:
    """The call data that pays ``items`` from the caller's balance."""
    told = [(_id_bytes(item.payout_id), item.to, item.units) for item in items]
    return PAY_SELECTOR + encode(PAY_TYPES, [token, told])


def told_of(
    logs: Iterable[Mapping[str, Any]], *, payer: bytes, token: bytes, items: Sequence[Item]
) -> dict[UUID, Told]:
    """How each payout went, by the contract's own events.

    Raises:
        BatchUnreadable: one is not told of exactly once, or as something else than was asked for.
            Nothing is guessed: neither that it was paid nor that it was not.
    """
    wanted = {_id_bytes(item.payout_id): item for item in items}
    found: dict[UUID, Told] = {}
    for log in logs:
        if _bytes(log["address"]) != payer or log["topics"][0] not in (PAID_TOPIC, NOT_PAID_TOPIC):
            continue
        item = wanted.get(_bytes(log["topics"][1]))
        if item is None or item.payout_id in found:
            raise BatchUnreadable(f"{log['topics'][1]} is told of, and was not asked for once.")
        found[item.payout_id] = _told(log, item, token=token)
    if missing := [str(item.payout_id) for item in items if item.payout_id not in found]:
        raise BatchUnreadable(f"Nothing is told of {', '.join(missing)}.")
    return found


def shares(total: int, count: int) -> list[int]:
    """``total`` in ``count`` parts that add up to it: by largest remainder, which for equal parts
    gives the units left over to the first ones."""
    each, over = divmod(total, count)
    return [each + (number < over) for number in range(count)]


def _told(log: Mapping[str, Any], item: Item, *, token: bytes) -> Told:
    paid = log["topics"][0] == PAID_TOPIC
    try:
        units, *reason = decode(["uint256"] if paid else ["uint256", "bytes"], _bytes(log["data"]))
    except DecodingError as error:
        raise BatchUnreadable(f"What is told of {item.payout_id} does not decode.") from error
    place = (_bytes(log["topics"][2])[-20:], _bytes(log["topics"][3])[-20:], units)
    if place != (item.to, token, item.units):
        raise BatchUnreadable(f"What is told of {item.payout_id} is not what was asked for.")
    return Told(paid, "" if paid else _words(reason[0]))


def _words(reason: bytes) -> str:
    """The token's own reason as text that a database keeps."""
    try:
        text = decoded_reason(reason)
    except (ValueError, DecodingError):
        text = ""
    shown = "".join(each for each in text if each.isprintable())
    return shown[:MAX_REASON_CHARACTERS] or "The token refused the transfer."


def _id_bytes(payout_id: UUID) -> bytes:
    return bytes(16) + payout_id.bytes


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
