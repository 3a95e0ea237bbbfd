"""Where a shop's payouts go: a change needs two people and cools off; the old address stays in
force until then.

A shop's first address has nothing to be confused with. In test mode it is set at once; with live
money it needs two people and the delay like any other, since whoever took over the owner's session
would else name it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import checksum, parse_address
from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import open_act
from gateway.custody.approvals.services import act_propose
from gateway.shops.errors import AddressRefused
from gateway.shops.models import ADDRESS_BYTES
from gateway.shops.selectors import ShopView, shop_view
from gateway.shops.services import shop_set_payout_address

KIND = "payout_destination"


@transaction.atomic
def payout_destination_change(
    *, shop_id: UUID, address: bytes, by: UUID, now: datetime
) -> Act | None:
    """Propose another payout address; None if it is in force already, or from now on.

    Raises:
        AddressRefused: not 20 bytes, or zero.
        ActOpenAlready: another change waits.
    """
    if len(address) != ADDRESS_BYTES or not any(address):
        raise AddressRefused
    shop = shop_view(shop_id=shop_id)
    if shop.payout_address == address:
        return None
    if shop.payout_address is None and shop.mode == "test":
        shop_set_payout_address(shop_id=shop_id, address=address, now=now, changed_by=f"user:{by}")
        return None
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={"address": checksum(address), "instead_of": _shown(shop)},
        reason="New payout address",
        maker=by,
        shop_id=shop_id,
        decider="shop",
    )


def destination_waiting(*, shop_id: UUID) -> Act | None:
    """The change of a shop's payout address that waits. One query."""
    return open_act(kind=KIND, subject=f"shop:{shop_id}")


def destination_agreed(act: Act, now: datetime) -> None:
    """Send the shop's payouts to the new address from now on.

    Raises:
        ActChanged: the address that people saw beside it is not in force any more.
    """
    if act.shop_id is None or _shown(shop_view(shop_id=act.shop_id)) != act.body["instead_of"]:
        raise ActChanged
    shop_set_payout_address(
        shop_id=act.shop_id,
        address=parse_address(act.body["address"]),
        now=now,
        changed_by=f"user:{act.maker}",
    )


ACT = ActKind(name=KIND, carry_out=destination_agreed)


def _shown(shop: ShopView) -> str | None:
    return checksum(shop.payout_address) if shop.payout_address else None
