"""The locks of the room, in the order in which whoever takes several takes them: the floats (by
asset), the payouts, the ledger's balances."""

from uuid import UUID

from django.db import connection

from gateway.settlement.errors import PayoutUnknown
from gateway.settlement.life import UNSENT
from gateway.settlement.models import FinalCredit, Payout, Shortfall


def payout_for_update(payout_id: UUID) -> Payout:
    """Raises PayoutUnknown. One query."""
    payout = Payout.objects.select_for_update().filter(id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    return payout


def final_credit_for_update(deposit_id: UUID) -> FinalCredit:
    """A deposit's row, made if need be. Two queries."""
    FinalCredit.objects.bulk_create([FinalCredit(deposit_id=deposit_id)], ignore_conflicts=True)
    return FinalCredit.objects.select_for_update().get(deposit_id=deposit_id)


def float_of(asset: str) -> None:
    """Hold back everyone else who would promise the hot float of an asset. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('settlement.float'), hashtext(%s))", [asset]
        )


def floats_of_shop(shop_id: UUID) -> None:
    """The floats that a shop's unsent payouts wait for, before any of its rows. A query, and one
    for each asset."""
    unsent = Payout.objects.filter(shop_id=shop_id, status__in=UNSENT, transaction_id=None)
    for asset in sorted(set(unsent.values_list("asset", flat=True))):
        float_of(asset)


def open_shortfalls_for_update(*, shop_id: UUID, asset: str) -> list[Shortfall]:
    """Oldest first; under the lock of the shop's balance. One query."""
    rows = Shortfall.objects.select_for_update().filter(shop_id=shop_id, asset=asset, status="open")
    return list(rows.order_by("opened_at", "id"))


def unsent_payouts_for_update(*, shop_id: UUID, asset: str) -> list[Payout]:
    """Those that may still be taken back, newest first, save the ones that somebody else is about
    to send or to end. One query."""
    rows = Payout.objects.select_for_update(skip_locked=True).filter(
        shop_id=shop_id, taken_asset=asset, status__in=UNSENT
    )
    return list(rows.order_by("-id"))


def unsent_payouts(*, shop_id: UUID, asset: str) -> None:
    """Hold a shop's payouts back that no transaction was queued for; before its balance. One
    query."""
    unsent = Payout.objects.select_for_update().filter(
        shop_id=shop_id, taken_asset=asset, status__in=UNSENT, transaction_id=None
    )
    list(unsent.order_by("id").values_list("id", flat=True))
