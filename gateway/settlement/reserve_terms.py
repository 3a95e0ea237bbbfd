"""A shop's reserve: one person keeps more of it back, at once; to keep less needs two."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.errors import ActChanged, ActReasonMissing
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import MAX_REASON, act_propose
from gateway.settlement.standing import told
from gateway.shops.errors import PolicyRefused
from gateway.shops.policies import MAX_RESERVE_BPS, MAX_RESERVE_DAYS
from gateway.shops.selectors import ReserveTerms, reserve_terms_of, shop_view
from gateway.shops.services import shop_set_reserve

KIND = "shop_reserve"


@transaction.atomic
def shop_reserve_change(
    *, shop_id: UUID, bps: int, days: int, reason: str, by: UUID, now: datetime
) -> Act | None:
    """Keep more of each credit, or for longer, from now on; propose to keep less; None if nothing
    waits. What keeps more of it for less long waits whole. What is kept already stays so.

    Args:
        bps: of each credit; 0 with 0 days for none.

    Raises:
        ShopUnknown
        PolicyRefused: out of range, only one of the two, or what it is already.
        ActOpenAlready, ActReasonMissing
    """
    if not (0 <= bps <= MAX_RESERVE_BPS and 0 <= days <= MAX_RESERVE_DAYS) or bool(bps) != bool(
        days
    ):
        raise PolicyRefused(
            f"A reserve is up to {MAX_RESERVE_BPS} basis points for up to {MAX_RESERVE_DAYS} days."
        )
    shop, before = shop_view(shop_id=shop_id), reserve_terms_of(shop_id=shop_id)
    if (bps, days) == (before.bps, before.days):
        raise PolicyRefused("That is the reserve already.", field="reserve_bps")
    if bps >= before.bps and days >= before.days:
        if not reason.strip() or len(reason) > MAX_REASON:
            raise ActReasonMissing
        shop_set_reserve(shop_id=shop_id, bps=bps, days=days, now=now, changed_by=f"user:{by}")
        told(
            shop_id=shop_id,
            type="standing.reserve_raised",
            reason=reason,
            by=by,
            mode=shop.mode,
            now=now,
            bps=bps,
            days=days,
        )
        return None
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={"bps": bps, "days": days, "instead_of": _shown(before)},
        reason=reason,
        maker=by,
        shop_id=shop_id,
        decider="house",
    )


def reserve_agreed(act: Act, now: datetime) -> None:
    """Put the reserve in force that two people agreed to.

    Raises:
        ActChanged: the one that they saw beside it is another one by now.
    """
    if (
        act.shop_id is None
        or _shown(reserve_terms_of(shop_id=act.shop_id)) != (act.body["instead_of"])
    ):
        raise ActChanged
    shop_set_reserve(
        shop_id=act.shop_id,
        bps=act.body["bps"],
        days=act.body["days"],
        now=now,
        changed_by=f"user:{act.maker}",
    )


ACT = ActKind(name=KIND, carry_out=reserve_agreed)


def _shown(terms: ReserveTerms) -> dict[str, int]:
    return {"bps": terms.bps, "days": terms.days}
