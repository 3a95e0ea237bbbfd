"""A shop's payouts, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from gateway.settlement.models import Payout

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("payouts", payouts)


def payouts(whom: Whom) -> Rows | None:
    """Each payout, oldest first. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "id": one.id,
            "status": one.status,
            "asset": one.asset,
            "units": str(int(one.units)),
            "chain": one.chain_id,
            "ramp": one.ramp,
            "destination": bytes(one.destination) if one.destination else None,
            "transaction": bytes(one.tx_hash) if one.tx_hash else None,
            "requested_at": one.requested_at,
            "ended_at": one.ended_at,
        }
        for one in Payout.objects.filter(shop_id=whom.id).order_by("id").iterator(AT_ONCE)
    )
