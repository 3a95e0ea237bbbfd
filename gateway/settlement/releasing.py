"""Send a suspended or closing shop's money where two people of the house decide that it goes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import ADDRESS_BYTES, checksum, parse_address
from gateway.compliance.parties import party_verdict
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.settlement.closing import payout_release_to
from gateway.settlement.errors import NothingToPayOut, PayoutTooLarge, ReleaseRefused
from gateway.settlement.quoting import token_paid_out
from gateway.settlement.selectors import payable_balances
from gateway.shops.errors import AddressRefused
from gateway.shops.selectors import shop_view

KIND = "payout_release"


@transaction.atomic
def payout_release_propose(
    *,
    shop_id: UUID,
    asset: str,
    units: int | None,
    destination: bytes,
    reason: str,
    by: UUID,
    now: datetime,
) -> Act:
    """Propose to send what a frozen or closing shop is owed to an address of the house's choosing.

    Args:
        units: of that balance; None for all that is payable when it is carried out.

    Raises:
        ShopUnknown
        ReleaseRefused: the shop is neither, or a list names the address.
        ListsMissing: nobody can be found clear.
        AddressRefused: not 20 bytes, or zero.
        AssetNotPaidOut, NothingToPayOut, PayoutTooLarge
        ActOpenAlready, ActReasonMissing
    """
    shop = shop_view(shop_id=shop_id)
    if shop.status not in ("suspended", "closing"):
        raise ReleaseRefused("This shop asks for its payouts itself.", field="shop_id")
    if len(destination) != ADDRESS_BYTES or not any(destination):
        raise AddressRefused(field="destination")
    versions = _clear(destination, now=now)
    token = token_paid_out(asset, mode=shop.mode)
    balances = payable_balances(shop=shop, now=now)
    payable = balances[asset].units if asset in balances else 0
    if payable <= 0 or (units is not None and units <= 0):
        raise NothingToPayOut
    if units is not None and units > payable:
        raise PayoutTooLarge(f"At most {payable} base units can leave now, not {units}.")
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}:{asset}",
        payload={
            "shop_id": str(shop_id),
            "shop": shop.name,
            "asset": asset,
            "decimals": token.decimals,
            "units": None if units is None else str(units),
            "payable_units": str(payable),
            "destination": checksum(destination),
            "lists": versions,
        },
        reason=reason,
        maker=by,
    )


def release_agreed(act: Act, now: datetime) -> None:
    """Ask for the payout that two people agreed to, once for the act.

    Raises:
        As ``payout_release_to``; ReleaseRefused too if a list names the address by now.
    """
    destination = parse_address(act.body["destination"])
    _clear(destination, now=now)
    units = act.body["units"]
    payout_release_to(
        shop_id=UUID(act.body["shop_id"]),
        destination=destination,
        reason=f"{act.reason} (user:{act.maker}, user:{act.checker})",
        idempotency_key=str(act.id),
        asset=act.body["asset"],
        units=None if units is None else int(units),
        now=now,
    )


ACT = ActKind(name=KIND, carry_out=release_agreed)


def _clear(destination: bytes, *, now: datetime) -> str:
    """The versions of the lists that do not name it."""
    verdict = party_verdict(destination, now=now)
    if not verdict.is_clear:
        raise ReleaseRefused("A list names this address.", field="destination")
    return verdict.versions_key
