"""The locks of the room, in the order in which whoever takes several takes them: the floats (by
asset), the batches, the payouts, the ledger's balances."""

from uuid import UUID

from django.db import connection
from django.db.models import Q

from gateway.settlement.batch_models import PayoutBatch
from gateway.settlement.errors import PayoutUnknown
from gateway.settlement.life import RECHECKED, UNSENT, WAITING
from gateway.settlement.models import FinalCredit, Payout, Shortfall


def payout_for_update(payout_id: UUID) -> Payout:
    """Raises PayoutUnknown. One query."""
    payout = Payout.objects.select_for_update().filter(id=payout_id).first()
    if payout is None:
        raise PayoutUnknown
    return payout


def gathering_payouts(*, asset: str, also: UUID | None, limit: int) -> list[Payout]:
    """What waits for its turn and may go with others, oldest first; under the float's lock. One
    query.

    Args:
        also: one that is taken with them whatever it waited for.
    """
    rows = Payout.objects.select_for_update().filter(
        ~Q(waiting_reason__in=RECHECKED) | Q(id=also),
        asset=asset,
        status__in=WAITING,
        transaction_id=None,
        sent_alone=False,
    )
    return list(rows.order_by("id")[:limit])


def batch_for_update(batch_id: UUID) -> PayoutBatch:
    """One query."""
    return PayoutBatch.objects.select_for_update().get(id=batch_id)


def payouts_of_batch(batch_id: UUID) -> list[Payout]:
    """In the order in which their parts of its gas are counted: by shop, so that whoever ends two
    batches' payouts takes the shops' balances in one order. Two queries."""
    of_batch = Payout.objects.filter(batch_id=batch_id)
    list(of_batch.select_for_update().order_by("id").values_list("id", flat=True))
    return list(of_batch.order_by("shop_id", "taken_asset", "id"))


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
