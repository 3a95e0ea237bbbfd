"""What every step of a payout does alike: its status, its event, its money given back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from gateway.chains.models import Token
from gateway.events.services import emit
from gateway.ledger.payouts import post_payout_cancelled
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.life import Status, WaitingReason, next_status
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict


def amount_of(payout: Payout) -> Amount:
    return Amount(payout.units, Asset(payout.asset, payout.decimals))


def become(payout: Payout, then: Status, *, waiting_reason: WaitingReason = "") -> None:
    """Set the status; the caller saves it.

    Raises:
        ValueError: a payout may not go there from where it is.
    """
    payout.status = next_status(cast(Status, payout.status), then)
    payout.waiting_reason = waiting_reason


def give_back(payout: Payout, *, status: Status, type: str, now: datetime) -> None:
    """End a payout that did not leave: its money is the shop's again. Saves it and tells of it."""
    post_payout_cancelled(payout_id=payout.id, now=now)
    become(payout, status)
    payout.ended_at = now
    payout.save()
    tell(payout, type, now=now)


def gas_of(payout: Payout, body: Mapping[str, Any]) -> Amount:
    """What its transaction paid for gas, by an event's body. One query."""
    native = Token.objects.get(chain_id=payout.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def tell(payout: Payout, type: str, *, now: datetime) -> None:
    """Emit an event with the payout as the shop sees it."""
    emit(
        type=type,
        subject=f"payout:{payout.id}",
        body=payout_as_dict(payout),
        mode=payout.mode,
        shop_id=payout.shop_id,
        now=now,
    )
