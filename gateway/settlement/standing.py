"""A shop's standing: one person suspends it at once; that it goes on, or closes, needs two.

To suspend lets nobody draw anything. To let it go on does, and to close it ends somebody's business
and pays its money out. None of it is told to the shop by these: the acts are the house's.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.errors import ActChanged, ActReasonMissing
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import MAX_REASON, act_propose
from gateway.events.models import Event
from gateway.events.selectors import events_after
from gateway.events.services import emit
from gateway.shops.errors import TermsRefused
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_status

KIND = "shop_status"
NEXT: Final[dict[str, tuple[str, ...]]] = {
    "active": ("closing",),
    "suspended": ("active", "closing"),
    "closing": ("active",),
    "closed": (),
}
"""Where two people may bring a shop from each of its states."""


@transaction.atomic
def shop_suspend(*, shop_id: UUID, reason: str, by: UUID, now: datetime) -> None:
    """Freeze a shop's money at once; the reason is kept for the house's own people.

    Raises:
        ShopUnknown
        TermsRefused: it is suspended or closed.
        ActReasonMissing
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise ActReasonMissing
    shop = shop_view(shop_id=shop_id)
    if shop.status not in ("active", "closing"):
        raise TermsRefused("Only a shop that is active or closing is suspended.", field="status")
    shop_set_status(shop_id=shop_id, status="suspended", now=now)
    told(shop_id=shop_id, type="standing.suspended", reason=reason, by=by, mode=shop.mode, now=now)


@transaction.atomic
def shop_status_propose(*, shop_id: UUID, status: str, reason: str, by: UUID) -> Act:
    """Propose that a shop goes on, or closes.

    Raises:
        ShopUnknown
        TermsRefused: it can't be brought there from where it is.
        ActOpenAlready, ActReasonMissing
    """
    shop = shop_view(shop_id=shop_id)
    if status not in NEXT[shop.status]:
        raise TermsRefused(f"A shop that is {shop.status} can't become {status}.", field="status")
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={
            "shop_id": str(shop_id),
            "shop": shop.name,
            "status": status,
            "instead_of": shop.status,
        },
        reason=reason,
        maker=by,
    )


def status_agreed(act: Act, now: datetime) -> None:
    """Bring the shop where two people agreed that it should be.

    Raises:
        ActChanged: it is not any more what they saw.
    """
    shop_id = UUID(act.body["shop_id"])
    if shop_view(shop_id=shop_id).status != act.body["instead_of"]:
        raise ActChanged
    shop_set_status(shop_id=shop_id, status=act.body["status"], now=now)


ACT = ActKind(name=KIND, carry_out=status_agreed)


def told(
    *, shop_id: UUID, type: str, reason: str, by: UUID, mode: str, now: datetime, **more: int
) -> None:
    """Write down what one person did at once and why. The event is the house's, never a shop's."""
    emit(
        type=type,
        subject=f"standing:{shop_id}",
        body={"shop_id": str(shop_id), "reason": reason.strip(), "by": str(by), **more},
        mode=mode,
        now=now,
    )


def standing_history(*, shop_id: UUID) -> list[Event]:
    """What one person did to a shop's standing at once, oldest first. One query."""
    return events_after(subject=f"standing:{shop_id}")
