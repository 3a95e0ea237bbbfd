"""What nodes told of addresses, kept with the head it was read at."""

import zlib
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction

from gateway.chains.transfers import Transfer
from gateway.compliance.tracing.canonical import canonical
from gateway.compliance.tracing.looking import Told
from gateway.compliance.tracing.models import LookUp

FRESH_SECONDS: Final = 600
"""So long what was told of an address serves other traces."""
BUSY_SECONDS: Final = 86_400
"""So long an address that pays as many as an exchange is taken for one."""
KEPT_DAYS: Final = 7
"""Afterwards look-ups go: what a verdict was given by is kept with it."""


@transaction.atomic
def look_up_keep(told: Told, *, chain_id: int, address: bytes, now: datetime) -> None:
    """Keep what was told. One statement."""
    LookUp.objects.create(
        chain_id=chain_id,
        address=address,
        first_block=min(told.first_block, told.last_block),
        last_block=told.last_block,
        head_hash=told.head_hash,
        body=_pack(told),
        transfers=len(told.transfers),
        is_busy=told.is_busy,
        cut=told.cut,
        failure=told.failure,
        looked_at=now,
    )


def look_up_recent(
    *, chain_id: int, address: bytes, at_least_block: int, now: datetime
) -> Told | None:
    """What was told of an address lately, if it reaches the block; of one like an exchange that of
    the last day. One query. What failed, or had no time, is never used again."""
    row = (
        LookUp.objects.filter(
            chain_id=chain_id,
            address=address,
            failure="",
            looked_at__gt=now - timedelta(seconds=BUSY_SECONDS),
        )
        .exclude(cut="time")
        .order_by("-id")
        .first()
    )
    if row is None:
        return None
    is_fresh = now - row.looked_at <= timedelta(seconds=FRESH_SECONDS)
    if not row.is_busy and not (is_fresh and row.last_block >= at_least_block):
        return None
    return _unpack(row)


def look_ups_forget(*, now: datetime) -> int:
    """Delete what serves nobody any more; how many rows. One statement."""
    deleted, _ = LookUp.objects.filter(looked_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    return deleted


def _pack(told: Told) -> bytes:
    return zlib.compress(
        canonical(
            {
                "balances": {asset: str(units) for asset, units in told.balances.items()},
                "transfers": [
                    [
                        asset,
                        (one.token or b"").hex(),
                        one.sender.hex(),
                        one.recipient.hex(),
                        str(one.units),
                        one.block_number,
                        one.block_hash.hex(),
                        one.tx_hash.hex(),
                        one.log_index,
                    ]
                    for asset, one in told.transfers
                ],
            }
        )
    )


def _unpack(row: LookUp) -> Told:
    body: dict[str, Any] = msgspec.json.decode(zlib.decompress(bytes(row.body)))
    return Told(
        first_block=row.first_block,
        last_block=row.last_block,
        head_hash=bytes(row.head_hash),
        transfers=[
            (
                asset,
                Transfer(
                    token=bytes.fromhex(token),
                    sender=bytes.fromhex(sender),
                    recipient=bytes.fromhex(recipient),
                    units=int(units),
                    block_number=block_number,
                    block_hash=bytes.fromhex(block_hash),
                    tx_hash=bytes.fromhex(tx_hash),
                    log_index=log_index,
                ),
            )
            for (
                asset,
                token,
                sender,
                recipient,
                units,
                block_number,
                block_hash,
                tx_hash,
                log_index,
            ) in body["transfers"]
        ],
        balances={asset: int(units) for asset, units in body["balances"].items()},
        is_busy=row.is_busy,
        cut=row.cut,  # type: ignore[arg-type]  # a database's text
        failure=row.failure,  # type: ignore[arg-type]
    )
