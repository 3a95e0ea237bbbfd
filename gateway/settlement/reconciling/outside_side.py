"""Compare places outside with the journal: exchanges, ramps, statements.

They tell no block, so two things are asked twice: the journal before and after, and the place
itself in the next run before a difference is believed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from gateway.events.errors import TillwayError
from gateway.ledger.outside_balances import BalanceSource, OnTheWay, ToldBalances
from gateway.settlement.reconciling.chain_view import Place
from gateway.settlement.reconciling.errors import NotComparable
from gateway.settlement.reconciling.explaining import Cause, explain
from gateway.settlement.reconciling.journal_cuts import units_until
from gateway.settlement.reconciling.judging import Item, Verdict, judge
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.models import ReconciliationLine

log = structlog.get_logger(__name__)

TRIES = 3


def compare_source(
    source: BalanceSource, *, explained: Mapping[Place, Sequence[Item]], now: datetime
) -> list[Line]:
    """Every asset of a place outside; one line that says why, where nothing could be known."""
    if not source.decimals:
        return []
    try:
        for _ in range(TRIES):
            before = _booked(source, at=None)
            told = source.read(now=now)
            if before == _booked(source, at=None):
                break
        else:
            return [_not_compared(source, "busy")]
    except TillwayError as trouble:
        log.warning("not_reconciled", account=source.account, detail=str(trouble)[:300])
        reason = trouble.reason if isinstance(trouble, NotComparable) else trouble.code
        return [_not_compared(source, reason)]
    booked = _booked(source, at=told.at if told.at < now else None)
    return [
        _line(source, code, told, booked=booked.get(code, 0), explained=explained)
        for code in sorted(source.decimals)
        if booked.get(code, 0) or told.units.get(code, 0)
    ]


def _booked(source: BalanceSource, *, at: datetime | None) -> dict[str, int]:
    return units_until(account=source.account, at=at)


def _line(
    source: BalanceSource,
    code: str,
    told: ToldBalances,
    *,
    booked: int,
    explained: Mapping[Place, Sequence[Item]],
) -> Line:
    place = (str(source.account), code)
    way = told.on_the_way.get(code, ())
    units = told.units.get(code, 0)
    verdict = judge(
        booked=booked,
        told=units,
        items=[_item(each.reference, each.units) for each in way if each.is_sure],
        doubtful=[
            *(_item(each.reference, each.units) for each in way if not each.is_sure),
            *explained.get(place, ()),
        ],
    )
    if verdict.state == "differs" and not _was_seen(place, verdict.difference):
        once = Item("seen_once", "", verdict.difference)
        verdict = Verdict("under_way", 0, (*verdict.items, once))
    return Line(
        mode=source.mode,
        account=place[0],
        asset=code,
        decimals=source.decimals[code],
        state=verdict.state,
        booked=booked,
        told=units,
        difference=verdict.difference,
        items=verdict.items,
        causes=_causes(verdict, told.unknown.get(code, ())),
        source=told.source,
    )


def _causes(verdict: Verdict, unknown: Sequence[OnTheWay]) -> tuple[Cause, ...]:
    if verdict.state != "differs":
        return ()
    candidates = [
        Cause(
            "unknown_incoming" if each.units > 0 else "unknown_outgoing", each.reference, each.units
        )
        for each in unknown
    ]
    return explain(verdict.difference, certain=(), candidates=candidates)


def _item(reference: str, units: int) -> Item:
    return Item("on_its_way", reference, units)


def _was_seen(place: Place, difference: int) -> bool:
    """Whether the last run saw just this difference too. One query."""
    last = (
        ReconciliationLine.objects.filter(account=place[0], asset=place[1]).order_by("-id").first()
    )
    if last is None:
        return False
    seen = sum(int(item["units"]) for item in last.items if item["kind"] == "seen_once")
    return difference in (seen, int(last.difference_units))


def _not_compared(source: BalanceSource, reason: str) -> Line:
    code = min(source.decimals)
    return Line(
        mode=source.mode,
        account=str(source.account),
        asset=code,
        decimals=source.decimals.get(code, 0),
        state="not_compared",
        reason=reason,
        source=str(source.account),
    )
