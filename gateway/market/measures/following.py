"""Read the journal on: from every entry on the result accounts to fills, positions and daily sums.

The journal itself says what happened, whole and in order, so nothing depends on an event that was
handled: what was read is one time, kept in the same transaction as what it added up to.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from gateway.ledger.closing import PERIOD_CLOSED
from gateway.ledger.entries import HouseEntry
from gateway.ledger.following import house_entries, readable_through
from gateway.market.measures.accounting import RESULT_ACCOUNTS, Accounted, account_for
from gateway.market.measures.circumstances import Surroundings, surroundings_of
from gateway.market.measures.costing import Costed
from gateway.market.measures.markouts import SETTLED, due_after
from gateway.market.measures.models import DeskFill, JournalRead, Position
from gateway.market.measures.sums import AT_PROMISE, NO_SHOP, Held, Sums
from gateway.market.measures.values import Mode, QuotedParts
from gateway.market.measures.writing import sums_add

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 500
"""Lines of an account read in one transaction."""


@transaction.atomic
def journal_follow(*, lag: timedelta = SETTLED, limit: int = AT_ONCE) -> int:
    """Account for the next entries of the journal; how many they were.

    Each entry counts once, however often and from wherever this is called: one reader at a time,
    and another one that comes meanwhile does nothing. Some twenty queries, however many entries.

    Args:
        lag: what was booked later is left for the next time, when the fair values of its time have
            been kept.
    """
    JournalRead.objects.get_or_create(id=1, defaults={"through": BEGINNING})
    read = JournalRead.objects.select_for_update(skip_locked=True).filter(id=1).first()
    if read is None:
        return 0
    stretch = house_entries(
        accounts=RESULT_ACCOUNTS,
        after=read.through,
        before=max(read.through, readable_through(lag=lag)),
        limit=limit,
    )
    if stretch.entries:
        _account(stretch.entries)
    read.through = stretch.through
    read.save(update_fields=["through"])
    return len(stretch.entries)


def _account(entries: Iterable[HouseEntry]) -> None:
    # The close of a period earns and costs nothing: it moves what was earned into the capital.
    entries = [entry for entry in entries if entry.kind != PERIOD_CLOSED]
    around = surroundings_of(entries)
    accounted = {
        entry.id: account_for(
            entry, around.of[entry.id], decimals=around.decimals, pegged=around.pegged
        )
        for entry in entries
    }
    known = _positions({change.asset for each in accounted.values() for change in each.moved})
    sums, fills = Sums(), []
    for entry in entries:
        added = accounted[entry.id]
        day = entry.booked_at.astimezone(UTC).date()
        mode = around.mode(posting.asset for posting in entry.postings)
        sums.book(added, kind=entry.kind, day=day, mode=mode)
        sums.split(added, day=day, shop_id=entry.shop_id, mode=mode)
        sums.move(added, known=known, at=entry.booked_at, mode=mode)
        fill = _fill(entry, added, around, mode)
        if fill is not None:
            fills.append(fill)
            _mark(sums, fill)
    DeskFill.objects.bulk_create(fills)
    sums_add(sums)
    taken_back = [entry.reverses_id for entry in entries if entry.reverses_id is not None]
    if taken_back:
        DeskFill.objects.filter(entry_id__in=taken_back).update(reversed=True)


def _positions(assets: set[str]) -> dict[str, Held]:
    return {
        row.asset: Held(
            mode="live" if row.mode == "live" else "test",
            costed=Costed(row.units, row.uncosted_units, row.cost_usd_e6, row.realised_usd_e6),
            square_unit_ms=int(row.square_unit_ms),
            since=row.since,
            changed_at=row.changed_at,
        )
        for row in Position.objects.filter(asset__in=assets)
    }


def _fill(entry: HouseEntry, added: Accounted, around: Surroundings, mode: Mode) -> DeskFill | None:
    made, told = added.exchange, around.of[entry.id]
    if made is None:
        return None
    return DeskFill(
        entry_id=entry.id,
        key=entry.key,
        kind=made.kind.value,
        mode=mode,
        booked_at=entry.booked_at,
        promised_at=told.promised_at,
        filled_at=told.valued_at,
        shop_id=entry.shop_id,
        invoice_id=made.invoice_id,
        asset=made.asset,
        took_asset=made.took_asset,
        took_units=made.took_units,
        gave_asset=made.gave_asset,
        gave_units=made.gave_units,
        notional_usd_e6=made.notional_usd_e6,
        **_columns(told.quoted),
        at_promise_usd_e6=made.at_promise_usd_e6,
        at_fill_usd_e6=made.at_fill_usd_e6,
        due_at=due_after(told.valued_at, judged=0),
    )


def _columns(quoted: QuotedParts | None) -> dict[str, Any]:
    if quoted is None:
        return {}
    return {
        "spread_ppm": quoted.spread_ppm,
        "lock_premium_ppm": quoted.lock_premium_ppm,
        "fill_ppm": quoted.fill_ppm,
        "gas_units": quoted.gas_units,
    }


def _mark(sums: Sums, fill: DeskFill) -> None:
    """Its promise and itself; what comes after is judged when it is due."""
    moments = [(0, fill.at_fill_usd_e6)]
    if fill.promised_at is not None:
        moments.append((AT_PROMISE, fill.at_promise_usd_e6))
    day = fill.booked_at.astimezone(UTC).date()
    for seconds, usd_e6 in moments:
        sums.mark(
            key=(day, fill.kind, fill.asset, fill.shop_id or NO_SHOP, seconds),
            mode="live" if fill.mode == "live" else "test",
            usd_e6=usd_e6,
            notional_usd_e6=fill.notional_usd_e6,
        )
