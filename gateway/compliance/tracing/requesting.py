"""Ask for a trace: a row, from which a task does it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Chain, Deposit
from gateway.compliance.tracing.exposure import Payment
from gateway.compliance.tracing.models import TraceRequest, WalletVerdict

ABOUT_DEPOSIT: Final = "deposit:"


def deposit_ask(deposit: Deposit, *, now: datetime) -> None:
    """Have the payer of a deposit traced; once a deposit. In the caller's transaction.

    The payer is whom the transfer debits: who only signed the transaction, and paid its gas, is
    checked against the lists like him, but it is not his money. Where the chain names nobody the
    address is zero, and the verdict is unknown.
    """
    TraceRequest.objects.bulk_create(
        [
            TraceRequest(
                about=f"{ABOUT_DEPOSIT}{deposit.id}",
                mode=deposit.chain.mode,
                chain_id=deposit.chain_id,
                address=bytes(deposit.sender),
                asset="",
                payment={
                    "asset": deposit.asset,
                    "units": str(deposit.claimed_units),
                    "at": [
                        deposit.block_number,
                        deposit.log_index,
                        bytes(deposit.tx_hash).hex(),
                        deposit.trace_path,
                    ],
                },
                asked_at=now,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def address_ask(*, chain: Chain, address: bytes, asset: str = "", now: datetime) -> TraceRequest:
    """Have an address traced for all that it was given; while that is under way, once."""
    about = f"address:0x{address.hex()}"
    TraceRequest.objects.bulk_create(
        [
            TraceRequest(
                about=about,
                mode=chain.mode,
                chain=chain,
                address=address,
                asset=asset,
                asked_at=now,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return TraceRequest.objects.get(
        about=about, chain=chain, address=address, cause="", due_at__isnull=False
    )


def again_ask(verdicts: Iterable[WalletVerdict], *, cause: str, now: datetime) -> int:
    """Have these judged anew since something changed, each once for that cause; how many. One
    statement, in the caller's transaction."""
    rows = [
        TraceRequest(
            about=verdict.about,
            mode=verdict.mode,
            chain_id=verdict.chain_id,
            address=bytes(verdict.address),
            asset=verdict.request.asset,
            payment=verdict.request.payment,
            cause=cause,
            asked_at=now,
            due_at=now,
        )
        for verdict in verdicts
    ]
    TraceRequest.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def payment_of(request: TraceRequest, *, value_micros: int | None) -> Payment | None:
    """The money that a request asks about."""
    told: dict[str, Any] | None = request.payment
    if told is None:
        return None
    block, log_index, tx_hash, path = told["at"]
    return Payment(
        asset=told["asset"],
        units=int(told["units"]),
        position=(block, log_index, bytes.fromhex(tx_hash), path),
        value_micros=value_micros,
    )


def deposit_of(request: TraceRequest) -> UUID | None:
    """The deposit that a request is about, if it is about one."""
    kind, _, name = request.about.partition(":")
    return UUID(name) if kind == "deposit" else None
