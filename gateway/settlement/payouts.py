"""What every step of a payout does alike: its status, its event, its money given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.sending import transaction_cancel
from gateway.events.points import point
from gateway.events.services import emit
from gateway.ledger.payouts import post_payout_cancelled
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.allocating.services import payout_give_back
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.life import UNSENT, Status, WaitingReason, next_status
from gateway.settlement.models import Payout
from gateway.settlement.presenters import WaitingFor, payout_as_dict
from gateway.settlement.withholding import withhold_returned


def amount_of(payout: Payout) -> Amount:
    return Amount(payout.units, Asset(payout.asset, payout.decimals))


def chain_of(payout: Payout) -> int:
    """The chain that it is paid on.

    Raises:
        ValueError: it goes to a bank: a programmer's error.
    """
    if payout.chain_id is None:
        raise ValueError(f"{payout} is paid on no chain")
    return int(payout.chain_id)


def become(payout: Payout, then: Status, *, waiting_reason: WaitingReason = "") -> None:
    """Set the status; the caller saves it.

    Raises:
        ValueError: a payout may not go there from where it is.
    """
    payout.status = next_status(cast(Status, payout.status), then)
    payout.waiting_reason = waiting_reason


def approve(payout: Payout, *, now: datetime) -> None:
    """Let a locked payout go: it is within its limits, or two people agreed to it."""
    become(payout, "approved")
    payout.approved_at = now
    payout.save(update_fields=["status", "approved_at"])
    tell(payout, "payout.approved", now=now)


def wait_for(payout: Payout, reason: WaitingReason) -> bool:
    """Let an unsent payout wait for this reason, and save it; whether it is a new one."""
    if payout.waiting_reason == reason:
        return False
    if payout.status == "awaiting_funds":
        payout.waiting_reason = reason
    else:
        become(payout, "awaiting_funds", waiting_reason=reason)
    payout.save(update_fields=["status", "waiting_reason"])
    return True


def give_back(payout: Payout, *, status: Status, type: str, now: datetime) -> None:
    """End a payout that did not leave: its money is the shop's again. Saves it and tells of it."""
    post_payout_cancelled(payout_id=payout.id, now=now)
    point("payout.given_back")
    payout_give_back(payout_id=payout.id, shop_id=payout.shop_id, asset=payout.taken_asset)
    if payout.transaction_id is not None:
        withhold_returned(payout)
    become(payout, status)
    payout.ended_at = now
    payout.save()
    tell(payout, type, now=now)


@transaction.atomic
def withdraw(payout: Payout, *, now: datetime) -> None:
    """Cancel a locked payout that was not sent yet.

    Raises:
        PayoutNotCancellable: it is under way, or over.
    """
    if payout.status not in UNSENT:
        raise PayoutNotCancellable
    if payout.transaction_id is not None:
        # It waits for the signer; between two askings it can be taken out of the queue for good.
        withdrawn = transaction_cancel(transaction_id=payout.transaction_id, now=now)
        if withdrawn.status != "cancelled":
            raise PayoutNotCancellable
    give_back(payout, status="cancelled", type="payout.cancelled", now=now)


def gas_of(payout: Payout, body: Mapping[str, Any]) -> Amount:
    """What its transaction paid for gas, by an event's body. One query."""
    native = Token.objects.get(chain_id=chain_of(payout), kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def tell(
    payout: Payout, type: str, *, now: datetime, waiting_for: WaitingFor | None = None
) -> None:
    """Emit an event with the payout as the shop sees it."""
    emit(
        type=type,
        subject=f"payout:{payout.id}",
        body=payout_as_dict(payout, waiting_for=waiting_for),
        mode=payout.mode,
        shop_id=payout.shop_id,
        now=now,
    )
