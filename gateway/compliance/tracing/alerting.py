"""Tell whoever must know of a verdict: the officers by an alert, the room above by events."""

from datetime import datetime
from typing import Final, Literal

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.tracing.exposure import Payment
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.requesting import deposit_of
from gateway.events.services import emit

ALERT_KIND: Final = "wallet_exposure"
Severity = Literal["low", "medium", "high"]
_SEVERITIES: Final[dict[str, Severity]] = {"high": "high", "review": "medium", "unknown": "low"}


def verdict_tell(
    verdict: WalletVerdict, *, payment: Payment | None, policy: TracePolicy, now: datetime
) -> None:
    """In the transaction that gives the verdict.

    ``wallet.traced`` says that there is one, and never why; ``trace.hold_asked`` asks for the money
    to be kept. An unknown wallet alerts only for a large payment: most are unknown, honestly.
    """
    deposit_id = deposit_of(verdict.request)
    shop_id = (
        Deposit.objects.filter(id=deposit_id).values_list("shop_id", flat=True).first()
        if deposit_id
        else None
    )
    body = {
        "wallet_verdict_id": str(verdict.id),
        "state": verdict.state,
        "band": verdict.band,
        "rules": verdict.rules,
    }
    subject = f"trace:{verdict.request_id}"
    emit(type="wallet.traced", subject=subject, body=body, mode=verdict.mode, now=now)
    if deposit_id is None:
        # Somebody's money may wait for it: see gateway.compliance.destinations.
        address_tell(verdict, now=now)
    if verdict.asks_hold and deposit_id is not None:
        emit(
            type="trace.hold_asked",
            subject=subject,
            body={**body, "deposit_id": str(deposit_id)},
            mode=verdict.mode,
            now=now,
        )
    if not _alerts(verdict, payment=payment, policy=policy):
        return
    alert_raise(
        kind=ALERT_KIND,
        about=verdict.about,
        fingerprint=f"0x{bytes(verdict.address).hex()}:{','.join(verdict.reasons)}",
        mode=verdict.mode,
        shop_id=shop_id,
        severity=_SEVERITIES[verdict.state],
        evidence={
            "wallet_verdict_id": verdict.id,
            "address": checksum(bytes(verdict.address)),
            "chain_id": verdict.chain_id,
            "state": verdict.state,
            "band": verdict.band,
            "reasons": verdict.reasons,
            "asks_hold": verdict.asks_hold,
            "answer_sha256": bytes(verdict.answer_hash).hex(),
        },
        versions={
            "rules": verdict.rules,
            "provider": f"{verdict.provider} {verdict.provider_version}".strip(),
            "lists": verdict.lists,
        },
        now=now,
    )


def address_tell(verdict: WalletVerdict, *, now: datetime) -> None:
    """That an address was looked at which money may go to; never what was found."""
    told = f"0x{bytes(verdict.address).hex()}"
    emit(
        type="address.traced",
        subject=f"address:{told}",
        body={"chain_id": str(verdict.chain_id), "address": told},
        mode=verdict.mode,
        now=now,
    )


def _alerts(verdict: WalletVerdict, *, payment: Payment | None, policy: TracePolicy) -> bool:
    if verdict.state != "unknown":
        return verdict.state in _SEVERITIES
    value = payment.value_micros if payment is not None else None
    return value is not None and value >= policy.unknown_alert_micros
