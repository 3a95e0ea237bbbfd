"""Which credits a payout takes: first in, first out; the verbs of the room.

They are called in the transaction that moves the money, with the lock of the balance where that
one has it; all are exact at any time, whatever was heard of in which order.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.settlement.allocating import statements
from gateway.settlement.allocating.models import ShopCredit


@transaction.atomic(savepoint=False)
def payout_allocate(*, payout_id: UUID, shop_id: UUID, asset: str, units: int) -> None:
    """A payout takes the oldest credits of its balance; what they don't cover stands on none yet.

    After its entry is posted, in the same transaction. Four statements, however many invoices.

    Args:
        asset: code of the balance that it was taken from; units: base units of it.
    """
    payouts, other = statements.numbers(statements.LOCK_SQL, shop=shop_id, asset=asset)
    other, _ = _follow_other(shop_id, asset, payouts=payouts + units, other=other)
    statements.run(statements.TAKE_SQL, shop=shop_id, asset=asset, payout=payout_id, units=units)
    _keep(shop_id, asset, payouts=payouts + units, other=other)


@transaction.atomic(savepoint=False)
def payout_give_back(*, payout_id: UUID, shop_id: UUID, asset: str) -> None:
    """A payout did not leave: its credits are open again, for older debts first.

    After its entry is reversed, in the same transaction. Safe to call again.
    """
    payouts, other = statements.numbers(statements.LOCK_SQL, shop=shop_id, asset=asset)
    payouts -= statements.given_back(payout_id)
    _settle(shop_id, asset, payouts=payouts, other=other)


@transaction.atomic(savepoint=False)
def credit_heard(
    *,
    deposit_id: UUID,
    shop_id: UUID,
    asset: str,
    invoice_id: UUID | None,
    units: int,
    credited_at: datetime,
) -> None:
    """A payment credited a shop with ``units``; 0: that was taken back. Safe to call again.

    What stood on a credit that shrank stands on none, until others take its place.
    """
    payouts, other = statements.numbers(statements.LOCK_SQL, shop=shop_id, asset=asset)
    credit = ShopCredit.objects.filter(deposit_id=deposit_id).first()
    if credit is None:
        credit = ShopCredit(
            deposit_id=deposit_id,
            shop_id=shop_id,
            asset=asset,
            invoice_id=invoice_id,
            credited_at=credited_at,
        )
    elif credit.taken_units > units:
        statements.run(statements.UNCOVER_SQL, deposit=deposit_id)
        credit.taken_units = 0
    credit.units = units
    credit.save()
    _settle(shop_id, asset, payouts=payouts, other=other)


def _settle(shop_id: UUID, asset: str, *, payouts: int, other: int) -> None:
    """Follow the balance, and give credits to what stands on none where there should be one."""
    other, beyond = _follow_other(shop_id, asset, payouts=payouts, other=other)
    _, uncovered = statements.numbers(statements.STANDING_SQL, shop=shop_id, asset=asset)
    if uncovered > beyond:
        statements.run(statements.COVER_SQL, shop=shop_id, asset=asset, units=uncovered - beyond)
    _keep(shop_id, asset, payouts=payouts, other=other)


def _follow_other(shop_id: UUID, asset: str, *, payouts: int, other: int) -> tuple[int, int]:
    """Bring what is taken by other things than payouts in line with the balance.

    Returns its units, and by how many the balance has more than credits brought.
    """
    used, _ = statements.numbers(statements.STANDING_SQL, shop=shop_id, asset=asset)
    remainder = used - payouts
    wanted = max(0, remainder)
    if wanted > other:
        statements.run(
            statements.TAKE_SQL, shop=shop_id, asset=asset, payout=None, units=wanted - other
        )
    elif wanted < other:
        statements.run(statements.LESSEN_SQL, shop=shop_id, asset=asset, units=other - wanted)
    return wanted, max(0, -remainder)


def _keep(shop_id: UUID, asset: str, *, payouts: int, other: int) -> None:
    statements.run(statements.TOTAL_SQL, shop=shop_id, asset=asset, payouts=payouts, other=other)
