"""Shops that are paid in batches, and what a sender would say of a batch's transaction."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from eth_abi.abi import encode

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.settlement.batch_calls import NOT_PAID_TOPIC, PAID_TOPIC
from gateway.settlement.models import BatchWay, Payout, PayoutBatch
from tests.settlement.conftest import CHAIN_ID, USDC, USDC_ADDRESS, World

PAYER = b"\xba" * 20
BLOCKED = b"\x08\xc3\x79\xa0" + encode(["string"], ["Blacklistable: account is blacklisted"])
"""Error(string), as a token with a blocklist refuses."""


def open_way(world: World, *, asset: str = USDC.code) -> BatchWay:
    return BatchWay.objects.create(
        asset=asset,
        chain_id=CHAIN_ID,
        payer=PAYER,
        status="ready",
        transaction_id=uuid7(),
        asked_at=world.now,
    )


def shops(world: World, count: int) -> list[World]:
    """So many shops beside the world's own, each with an address of its own."""
    made = [World(now=world.now) for _ in range(count)]
    for number, each in enumerate(made, start=1):
        each.open_shop(name=f"Shop {number}", payout_address=bytes([number]) * 20)
    return made


def queued() -> list[OutgoingTransaction]:
    return list(OutgoingTransaction.objects.filter(purpose="payout").order_by("id"))


def log_of(payout: Payout, *, refused: bytes | None = None) -> dict[str, Any]:
    """What the contract tells of a payout; ``refused`` is the token's reason."""
    data = (
        encode(["uint256"], [payout.units])
        if refused is None
        else encode(["uint256", "bytes"], [payout.units, refused])
    )
    words = [bytes(payout.destination or b""), USDC_ADDRESS]
    return {
        "address": "0x" + PAYER.hex(),
        "topics": [
            PAID_TOPIC if refused is None else NOT_PAID_TOPIC,
            "0x" + (bytes(16) + payout.id.bytes).hex(),
            *("0x" + (bytes(12) + word).hex() for word in words),
        ],
        "data": "0x" + data.hex(),
        "log_index": 0,
    }


def logs_of(batch_id: UUID, refused: Collection[UUID] = ()) -> list[dict[str, Any]]:
    payouts = Payout.objects.filter(batch_id=batch_id).order_by("id")
    return [log_of(each, refused=BLOCKED if each.id in refused else None) for each in payouts]


def body_of(
    outgoing: OutgoingTransaction,
    *,
    status: str,
    fee: int = 100_000,
    logs: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "transaction_id": str(outgoing.id),
        "chain_id": CHAIN_ID,
        "purpose": outgoing.purpose,
        "reference": outgoing.reference,
        "status": status,
        "tx_hash": "0x" + "ab" * 32,
        "block_number": 7,
        "fee_units": str(fee),
        "reason_code": "",
        "reason": "",
        "logs": list(logs),
    }


@transaction.atomic
def _say(world: World, outgoing: OutgoingTransaction, type: str, body: dict[str, Any]) -> None:
    emit(type=type, subject=f"transaction:{outgoing.id}", body=body, mode="test", now=world.now)


def say(
    world: World,
    outgoing: OutgoingTransaction,
    type: str,
    *,
    status: str,
    refused: Collection[UUID] = (),
    **body: Any,
) -> None:
    """What the sender would say; of a batch that succeeded, with the contract's events."""
    batch = PayoutBatch.objects.filter(transaction_id=outgoing.id).first()
    if batch is not None and status == "succeeded" and "logs" not in body:
        body["logs"] = logs_of(batch.id, refused)
    _say(world, outgoing, type, body_of(outgoing, status=status, **body))
    relay.drain(limit=1000)


def passes(world: World, outgoing: OutgoingTransaction, **told: Any) -> None:
    """It is mined and final."""
    for type in ("transaction.mined", "transaction.final"):
        say(world, outgoing, type, status="succeeded", **told)
