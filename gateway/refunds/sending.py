"""Queue a refund's transaction, once, when everything it stands on is clear, final and there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from eth_abi import encode

from gateway.chains.models import Deposit, Token
from gateway.chains.sending import transaction_queue
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.destinations.checking import Leaving, destination_check
from gateway.compliance.errors import ListsMissing
from gateway.compliance.parties import party_verdict
from gateway.compliance.selectors import is_being_rescreened, open_holds_of, verdict_states
from gateway.events.points import point
from gateway.events.services import emit
from gateway.invoices.claims import claim_for_update
from gateway.invoices.models import Invoice
from gateway.ledger import locks as ledger_locks
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.refunds import locks
from gateway.refunds.claiming import fixed_units
from gateway.refunds.converting import (
    Conversion,
    conversion_of,
    convert,
    is_borne,
    needs_conversion,
)
from gateway.refunds.errors import ChoiceGone, RefundUnknown
from gateway.refunds.life import WaitingReason
from gateway.refunds.models import Refund
from gateway.refunds.paid import final_among, gross_of, refunded_units, screened_payments
from gateway.refunds.requesting import OWED_STATES
from gateway.refunds.saying import REFERENCE_PREFIX, become, tell
from gateway.settlement import locks as settlement_locks
from gateway.settlement.models import Withheld
from gateway.settlement.promising import float_promise
from gateway.settlement.reconciling.pausing import books_differ
from gateway.settlement.selectors import free_float, payable_now
from gateway.settlement.travel import travel_waits
from gateway.shops.selectors import shop_view

TRANSFER_SELECTOR = bytes.fromhex("a9059cbb")
"""transfer(address,uint256)"""
RESUMED_AT_ONCE = 50


@transaction.atomic
def refund_send(*, refund_id: UUID, now: datetime) -> Refund:
    """Queue an approved refund's transaction, once; or let it wait, and say what for.

    Looked at anew in the transaction that queues it: the lists' verdict on the destination, the
    deposits that it stands on (final, and nobody looks at them), the shop's balance, whether books
    and world agree, the float.
    Safe to call again at any time, by anyone.

    Raises:
        RefundUnknown
    """
    found = Refund.objects.filter(id=refund_id).first()
    if found is None:
        raise RefundUnknown
    if found.status != "approved":
        return found
    # The float first, as everyone does who promises it. While it is claimed, its asset stays.
    settlement_locks.float_of(found.asset)
    refund, invoice = locks.refund_with_invoice(refund_id=refund_id)
    if refund.status != "approved" or refund.asset != found.asset:
        return refund
    ready = _ready(refund, invoice, now=now)
    if isinstance(ready, str):
        _wait(refund, ready, now=now)
        return refund
    if ready.conversion is not None:
        convert(refund, ready.conversion, now=now)
    _queue(refund, ready.units, now=now)
    tell(refund, "refund.sending", invoice=invoice, now=now)
    return refund


def refunds_resume(*, now: datetime, asset: str = "", invoice_id: UUID | None = None) -> int:
    """Send what waits, oldest first, each in a transaction of its own; how many were queued."""
    waiting = Refund.objects.filter(status="approved")
    if asset:
        waiting = waiting.filter(asset=asset)
    if invoice_id is not None:
        waiting = waiting.filter(invoice_id=invoice_id)
    found = list(waiting.order_by("asset", "id").values_list("id", "asset")[:RESUMED_AT_ONCE])
    # Where the caller has a transaction: all floats ahead of the invoices that the steps lock.
    for code in sorted({code for _, code in found}):
        settlement_locks.float_of(code)
    return sum(refund_send(refund_id=each, now=now).status == "sending" for each, _ in found)


def floats_of(invoice_id: UUID) -> None:
    """Hold the floats that an invoice's waiting refunds need, before any row. A query, and one
    for each asset."""
    waiting = Refund.objects.filter(invoice_id=invoice_id, status="approved")
    for code in sorted(set(waiting.values_list("asset", flat=True))):
        settlement_locks.float_of(code)


@dataclass(frozen=True, slots=True)
class _Ready:
    units: int
    conversion: Conversion | None


def _ready(refund: Refund, invoice: Invoice, *, now: datetime) -> "_Ready | WaitingReason":
    """What to send, or why not yet."""
    if not _is_destination_clear(refund, now=now):
        return "destination_check"
    reason = _owed_waits(refund, invoice) if refund.claim_id else _given_waits(refund, now=now)
    if reason:
        return reason
    conversion = None
    units = fixed_units(refund) if not needs_conversion(refund, refund.asset) else 0
    if not units:
        try:
            conversion = conversion_of(refund, now=now)
        except ChoiceGone:
            return "price"
        if not is_borne(refund, conversion.cost_units):
            return "shop_balance"
        units = conversion.units
    travel = travel_waits(
        about=f"{REFERENCE_PREFIX}{refund.id}",
        shop_id=refund.shop_id,
        mode=refund.mode,
        address=bytes(refund.destination or b""),
        token=Amount(units, Asset(refund.asset, refund.decimals)),
        is_own=False,
        is_proven=bool(refund.proof_kind),
        now=now,
    )
    if travel:
        return travel
    if books_differ(mode=refund.mode, asset=refund.asset, units=units):
        return "books_differ"
    if free_float(asset=Asset(refund.asset, refund.decimals)) < units:
        return "float_short"
    if not _may_go_there(refund, units, now=now):
        return "destination_check"
    return _Ready(units=units, conversion=conversion)


def _is_destination_clear(refund: Refund, *, now: datetime) -> bool:
    """The verdict on the destination by the lists in force, kept with the refund."""
    assert refund.destination is not None
    try:
        verdict = party_verdict(bytes(refund.destination), now=now)
    except ListsMissing:
        return False
    refund.verdict = "clear" if verdict.is_clear else "listed"
    refund.verdict_lists, refund.verdict_at = verdict.versions_key, now
    refund.save(update_fields=["verdict", "verdict_lists", "verdict_at"])
    return verdict.is_clear


def _may_go_there(refund: Refund, units: int, *, now: datetime) -> bool:
    """Whether a trace of the destination, too, lets so much go there."""
    assert refund.destination is not None and refund.chain_id is not None
    leaving = Leaving(
        chain_id=refund.chain_id,
        address=bytes(refund.destination),
        amount=Amount(units, Asset(refund.asset, refund.decimals)),
        mode=refund.mode,
        about=f"refund:{refund.id}",
        shop_id=refund.shop_id,
    )
    return destination_check(leaving=leaving, now=now).goes


def refunds_to(*, address: bytes, chain_id: int, now: datetime) -> int:
    """Send what waited for more to be known of an address, each in a transaction of its own; how
    many were queued."""
    waiting = Refund.objects.filter(
        status="approved",
        waiting_reason="destination_check",
        chain_id=chain_id,
        destination=address,
    )
    found = list(waiting.order_by("asset", "id").values_list("id", flat=True)[:RESUMED_AT_ONCE])
    return sum(refund_send(refund_id=each, now=now).status == "sending" for each in found)


def _owed_waits(refund: Refund, invoice: Invoice) -> WaitingReason:
    """Why money that is the payer's may not leave yet. Four queries."""
    assert refund.claim_id is not None and refund.deposit_id is not None
    claim = claim_for_update(invoice_id=invoice.id, claim_id=refund.claim_id)
    states = verdict_states([refund.deposit_id])
    if claim is None or states.get(refund.deposit_id) not in OWED_STATES:
        return "payment_check"
    if is_being_rescreened(refund.shop_id):
        return "payment_check"
    if not Deposit.objects.filter(id=refund.deposit_id, state="final").exists():
        return "not_final"
    return ""


def _given_waits(refund: Refund, *, now: datetime) -> WaitingReason:
    """Why money that the shop gives may not leave yet.

    Every refund of the invoice must stand on its payments that are screened and final. And what
    the shop has left must cover what it was credited by payments that aren't: else somebody
    else's payment, which a reorg may yet take back, would be what is sent.
    """
    payments = screened_payments(refund.invoice_id)
    taken = refunded_units(refund.invoice_id)
    if gross_of(payments) < taken or _is_shop_looked_at(refund.shop_id):
        return "payment_check"
    final = final_among([payment.deposit_id for payment in payments])
    if gross_of(each for each in payments if each.deposit_id in final) < taken:
        return "not_final"
    shop = shop_view(shop_id=refund.shop_id)
    balance = ledger_locks.shop_balance_for_update(
        shop_id=refund.shop_id, asset=refund.settlement_asset
    )
    payable = payable_now(shop=shop, balance=balance, now=now)
    cap = shop.terms.at_risk_cap_units if refund.settlement_asset == shop.settlement_asset else 0
    kept_here = max(0, payable.not_final - cap) + payable.withheld
    return "" if payable.available >= kept_here else "shop_balance"


def _is_shop_looked_at(shop_id: UUID) -> bool:
    """Whether a changed list may yet name a payer of the shop's, or a hold was not heard of."""
    if is_being_rescreened(shop_id):
        return True
    holds = open_holds_of(shop_id)
    return Withheld.objects.filter(hold_id__in=holds).count() < len(holds)


def _wait(refund: Refund, reason: WaitingReason, *, now: datetime) -> None:
    if refund.waiting_reason == reason:
        return
    refund.waiting_reason = reason
    refund.save(update_fields=["waiting_reason"])
    if reason == "float_short":
        _emit_float_short(refund, now=now)
    elif refund.verdict == "listed":
        _tell_officers(refund, now=now)


def _queue(refund: Refund, units: int, *, now: datetime) -> None:
    token = Token.objects.select_related("chain").get(code=refund.asset)
    refund.sends += 1
    name = f"{REFERENCE_PREFIX}{refund.id}:{refund.sends}"
    queued = transaction_queue(
        chain_id=token.chain_id,
        account=bytes(token.chain.treasury),
        **_transfer(refund, units=units, token_address=token.address),
        purpose="refund",
        reference=name,
        idempotency_key=name,
        shop_id=refund.shop_id,
        now=now,
    )
    float_promise(reference=name, asset=refund.asset, units=units)
    point("refund.queued")
    become(refund, "sending")
    refund.units, refund.transaction_id, refund.sending_at = units, queued.id, now
    refund.save()


def _transfer(
    refund: Refund, *, units: int, token_address: bytes | memoryview | None
) -> dict[str, Any]:
    assert refund.destination is not None
    destination = bytes(refund.destination)
    if token_address is None:
        return {"to": destination, "data": b"", "value": units}
    arguments = encode(["address", "uint256"], [destination, units])
    return {"to": bytes(token_address), "data": TRANSFER_SELECTOR + arguments, "value": 0}


def _emit_float_short(refund: Refund, *, now: datetime) -> None:
    """For those who fill the float, not for the shop."""
    emit(
        type="float.short",
        subject=f"float:{refund.asset}",
        body={
            "asset": refund.asset,
            "chain_id": refund.chain_id,
            "refund_id": str(refund.id),
        },
        mode=refund.mode,
        now=now,
    )


def _tell_officers(refund: Refund, *, now: datetime) -> None:
    """For compliance's people; neither shop nor shopper hears of it."""
    assert refund.destination is not None
    alert_raise(
        kind="refund_to_listed",
        about=f"address:0x{bytes(refund.destination).hex()}",
        fingerprint=f"refund:{refund.id}",
        mode=refund.mode,
        shop_id=refund.shop_id,
        severity="high",
        evidence={"refund_id": refund.id, "lists": refund.verdict_lists},
        versions={
            name: number
            for name, _, number in (one.rpartition("#") for one in refund.verdict_lists.split(","))
        },
        now=now,
    )
