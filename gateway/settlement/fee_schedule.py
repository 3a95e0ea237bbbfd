"""Another fee for a shop: always an act of two people of the house."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.shops.errors import TermsRefused
from gateway.shops.fees import shop_set_fee
from gateway.shops.selectors import shop_view
from gateway.shops.terms import MAX_FEE_BPS

KIND = "fee_schedule"


@transaction.atomic
def fee_propose(*, shop_id: UUID, fee_bps: int, reason: str, by: UUID) -> Act:
    """Propose another fee; it is in force from when the act is carried out.

    Raises:
        ShopUnknown
        TermsRefused: out of its range, or no other fee than today's.
        ActOpenAlready, ActReasonMissing
    """
    terms = shop_view(shop_id=shop_id).terms
    if not 0 <= fee_bps <= MAX_FEE_BPS:
        raise TermsRefused(f"A fee lies between 0 and {MAX_FEE_BPS} basis points.", field="fee_bps")
    if fee_bps == terms.fee_bps:
        raise TermsRefused("That is the fee already.", field="fee_bps")
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={
            "fee_bps": fee_bps,
            "instead_of": {"version": terms.fee_version, "fee_bps": terms.fee_bps},
        },
        reason=reason,
        maker=by,
        shop_id=shop_id,
        decider="house",
    )


def fee_agreed(act: Act, now: datetime) -> None:
    """Put the fee in force that two people agreed to.

    Raises:
        ActChanged: the fee that they saw beside it is another one by now.
    """
    if act.shop_id is None:
        raise ActChanged
    terms, seen = shop_view(shop_id=act.shop_id).terms, act.body["instead_of"]
    if (terms.fee_version, terms.fee_bps) != (seen["version"], seen["fee_bps"]):
        raise ActChanged
    shop_set_fee(
        shop_id=act.shop_id,
        fee_bps=act.body["fee_bps"],
        act_id=act.id,
        set_by=f"user:{act.maker}",
        reason=act.reason,
        now=now,
    )


ACT = ActKind(name=KIND, carry_out=fee_agreed)
