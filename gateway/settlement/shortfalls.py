"""A reorg took a payment back whose money had left: who bears it, and never silently.

In this order: the shop's next credits, for ``NETTING_DAYS``; of what is set aside for its payouts,
what was not sent yet (taken back at once, since later it is gone); the insurance pool; the house.
The books show the shop's balance below zero until then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from gateway.chains.models import Deposit, Token
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger import locks as ledger_locks
from gateway.ledger.selectors import shop_balance
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement import locks
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Shortfall
from gateway.settlement.netting import made_good, newly_short
from gateway.settlement.payouts import withdraw
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from gateway.treasury.losses import loss_bear, loss_recover

log = structlog.get_logger(__name__)

NETTING_DAYS = 30
"""So long a shop's next credits make good what it is short of; a closing shop has none to come."""
WITHDRAWN_CODE = "payment_reverted"
WITHDRAWN_REASON = "A reorganisation took back a payment that this money came from."


@transaction.atomic
def shortfall_note(
    *, deposit_id: UUID, shop_id: UUID, asset: str, units: int, now: datetime
) -> Shortfall | None:
    """A payment of ``units`` was taken back: write down what that leaves the shop short of.

    Payouts that were not sent yet are taken back first, the newest first, until nothing is short.
    Safe to call again, and in any order with other payments: the shortfalls of a shop never add up
    to more than it is short of. None where nothing is short.
    """
    ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=asset)
    # Told again, it explains nothing more: not while it is short, nor once the house bore it.
    told = Shortfall.objects.filter(shop_id=shop_id, asset=asset, deposit_id=deposit_id)
    before = sum(told.filter(status__in=("open", "covered")).values_list("units", flat=True))
    return _open(
        deposit_id=deposit_id, shop_id=shop_id, asset=asset, taken_back=units - before, now=now
    )


def shortfalls_net(*, shop_id: UUID, asset: str, now: datetime) -> None:
    """More came to a shop's balance: what it was short of is made good by it, the oldest first.

    Safe to call again. One query where nothing is short.
    """
    if not Shortfall.objects.filter(shop_id=shop_id, asset=asset, status="open").exists():
        return
    with transaction.atomic():
        owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=asset)
        rows = locks.open_shortfalls_for_update(shop_id=shop_id, asset=asset)
        _net(rows, short=-owed.available, now=now)


def payment_came(*, deposit_id: UUID, shop_id: UUID, asset: str, now: datetime) -> None:
    """A deposit credited a shop. If it is one that a reorg had taken, the house has its money back
    that it had borne for it; then the shop's own shortfalls are netted.

    One query where the shop never was short.
    """
    known = Shortfall.objects.filter(shop_id=shop_id, asset=asset, status__in=("open", "covered"))
    statuses = set(known.values_list("status", flat=True))
    if not statuses:
        return
    with transaction.atomic():
        if "covered" in statuses:
            for row in _covered_for(deposit_id, shop_id=shop_id, asset=asset):
                _recover(row, now=now)
        shortfalls_net(shop_id=shop_id, asset=asset, now=now)


def shortfalls_cover_due(*, now: datetime) -> int:
    """Have the house bear what no credit made good in time, or will: how many it bore."""
    closing = Shop.objects.filter(status="closing").values("id")
    due = Shortfall.objects.filter(Q(due_at__lte=now) | Q(shop_id__in=closing), status="open")
    ids = list(due.order_by("due_at").values_list("id", flat=True))
    return sum(
        shortfall_cover(shortfall_id=shortfall_id, now=now).status == "covered"
        for shortfall_id in ids
    )


@transaction.atomic
def shortfall_cover(*, shortfall_id: UUID, now: datetime) -> Shortfall:
    """The insurance pool, then the house, bears what is short still. Safe to call again."""
    row = Shortfall.objects.get(id=shortfall_id)
    owed = ledger_locks.shop_balance_for_update(shop_id=row.shop_id, asset=row.asset)
    rows = locks.open_shortfalls_for_update(shop_id=row.shop_id, asset=row.asset)
    _net(rows, short=-owed.available, now=now)
    row.refresh_from_db()
    if row.status != "open":
        return row
    borne = loss_bear(
        reference=str(row.id),
        shop_id=row.shop_id,
        short=Amount(row.open_units, Asset(row.asset, row.decimals)),
        now=now,
    )
    row.by_insurance_units, row.lost_units, row.open_units = borne.by_insurance, borne.lost, 0
    row.status, row.ended_at = "covered", now
    row.save()
    log.warning(
        "shortfall_covered",
        shop_id=str(row.shop_id),
        asset=row.asset,
        by_insurance=borne.by_insurance,
        lost=borne.lost,
    )
    _tell(row, "shortfall.covered", now=now)
    return row


# --- parts ---------------------------------------------------------------------------------------


def _open(
    *, deposit_id: UUID, shop_id: UUID, asset: str, taken_back: int, now: datetime
) -> Shortfall | None:
    """Under the lock of the shop's balance: what ``taken_back`` more leaves the shop short of."""
    if shop_balance(shop_id=shop_id, asset=asset).available < 0:
        _take_payouts_back(shop_id=shop_id, asset=asset, now=now)
    short = -shop_balance(shop_id=shop_id, asset=asset).available
    rows = locks.open_shortfalls_for_update(shop_id=shop_id, asset=asset)
    _net(rows, short=short, now=now)
    new = newly_short([row.open_units for row in rows], short=short, taken_back=taken_back)
    if not new:
        return None
    row = next((row for row in rows if row.deposit_id == deposit_id and row.status == "open"), None)
    if row is None:
        row = Shortfall(
            id=uuid7(),
            deposit_id=deposit_id,
            shop_id=shop_id,
            mode=shop_view(shop_id=shop_id).mode,
            asset=asset,
            decimals=_decimals(asset),
            units=0,
            open_units=0,
            opened_at=now,
            due_at=now + timedelta(days=NETTING_DAYS),
        )
    row.units += new
    row.open_units += new
    row.save()
    log.warning("shop_left_short", shop_id=str(shop_id), asset=asset, units=new)
    _tell(row, "shortfall.opened", now=now)
    return row


def _decimals(asset: str) -> int:
    if asset in FIAT:
        return FIAT[asset].decimals
    return Token.objects.values_list("decimals", flat=True).get(code=asset)


def _take_payouts_back(*, shop_id: UUID, asset: str, now: datetime) -> None:
    for payout in locks.unsent_payouts_for_update(shop_id=shop_id, asset=asset):
        payout.failure_code, payout.failure_reason = WITHDRAWN_CODE, WITHDRAWN_REASON
        try:
            withdraw(payout, now=now)
        except PayoutNotCancellable:
            continue  # signed meanwhile
        if shop_balance(shop_id=shop_id, asset=asset).available >= 0:
            return


def _net(rows: Sequence[Shortfall], *, short: int, now: datetime) -> None:
    parts = made_good([row.open_units for row in rows], short=short)
    for row, part in zip(rows, parts, strict=True):
        if not part:
            continue
        row.open_units -= part
        row.netted_units += part
        if not row.open_units:
            row.status, row.ended_at = "netted", now
        row.save()
        if row.status == "netted":
            _tell(row, "shortfall.netted", now=now)


def _covered_for(deposit_id: UUID, *, shop_id: UUID, asset: str) -> list[Shortfall]:
    """Covered shortfalls of this transfer, or of what it was before reorgs moved it."""
    ids: list[UUID] = []
    before: UUID | None = deposit_id
    while before is not None:
        ids.append(before)
        mined_before = Deposit.objects.filter(id=before).values_list("remined_from_id", flat=True)
        before = mined_before.first()
    rows = Shortfall.objects.select_for_update().filter(
        deposit_id__in=ids, shop_id=shop_id, asset=asset, status="covered"
    )
    return list(rows.order_by("id"))


def _recover(row: Shortfall, *, now: datetime) -> None:
    """The house takes back what it bore. If the credit is less, the shop is short anew."""
    borne = row.by_insurance_units + row.lost_units
    loss_recover(reference=str(row.id), now=now)
    row.netted_units += borne
    row.by_insurance_units = row.lost_units = 0
    row.status = "recovered"
    row.save()
    _tell(row, "shortfall.recovered", now=now)
    ledger_locks.shop_balance_for_update(shop_id=row.shop_id, asset=row.asset)
    _open(
        deposit_id=row.deposit_id, shop_id=row.shop_id, asset=row.asset, taken_back=borne, now=now
    )


def _tell(row: Shortfall, type: str, *, now: datetime) -> None:
    """For those who run the house: nobody's webhook."""
    emit(
        type=type,
        subject=f"shortfall:{row.id}",
        body={
            "shortfall_id": str(row.id),
            "deposit_id": str(row.deposit_id),
            "shop_id": str(row.shop_id),
            "asset": row.asset,
            "units": str(row.units),
            "open_units": str(row.open_units),
            "netted_units": str(row.netted_units),
            "by_insurance_units": str(row.by_insurance_units),
            "lost_units": str(row.lost_units),
            "due_at": row.due_at.isoformat(),
        },
        mode=row.mode,
        shop_id=row.shop_id,
        now=now,
    )
