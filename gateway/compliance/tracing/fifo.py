"""The evidence trail by FIFO: which deposit's money this payment is, and the way it went. Pure.

First in, first out: what an address got first, it gives first (the rule of *Clayton's Case*,
1816). What it had before all we know of comes before everything else and is unknown.

Of one holding all that came stands in a row, its opening first; all that left took from the front
of that row. So a payment is a stretch of the row: it begins where all earlier payments end. Each
piece of the stretch came by one transfer, and is a stretch of its sender's row in turn.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.compliance.tracing.categories import GRAVITY
from gateway.compliance.tracing.exposure import LOTS_SHOWN, Lot, Origin, Question, unknown
from gateway.compliance.tracing.flows import Flows
from gateway.compliance.tracing.transfers import Holding, Position, Transfer


@dataclass(frozen=True, slots=True)
class Trail:
    """The lots that are shown, and the units of all of them by origin."""

    lots: tuple[Lot, ...]
    units: Mapping[Origin, int]


@dataclass(slots=True)
class _Row:
    """What came to a holding: ``starts[i]`` is where the i-th transfer's units begin."""

    opening: int
    came: list[Transfer] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Units of a holding's row, and the path from there to the address asked about."""

    holding: Holding
    start: int
    units: int
    path: tuple[Transfer, ...]


def fifo(flows: Flows, *, question: Question, max_hops: int, max_lots: int) -> Trail:
    """The payment's trail, back to labelled addresses or to where nobody can say.

    O(n) to lay the rows, then O(l·log n) for l pieces, at most ``max_lots``: what is beyond is
    unknown, for the reason ``lots``.
    """
    payment = question.payment
    if payment is None or payment.units == 0:
        return Trail(lots=(), units={})
    end = flows.end(question.address, hops=0)
    if end is not None:
        only = Lot(origin=end, source=question.address, units=payment.units, path=())
        return Trail(lots=(only,), units={end: payment.units})
    rows, spent = _rows(flows)
    holding = (question.address, payment.asset)
    already = sum(
        one.units
        for one in flows.kept
        if one.sender == question.address and one.asset == payment.asset
    )
    open_stretches = [_Stretch(holding=holding, start=already, units=payment.units, path=())]
    lots: list[Lot] = []
    seen = 0
    while open_stretches:
        stretch = open_stretches.pop()
        seen += 1
        if seen > max_lots:
            lots.append(_lot(unknown("lots"), stretch))
            continue
        row = rows.get(stretch.holding) or _Row(opening=flows.openings.get(stretch.holding, 0))
        # The last piece goes on the stack first, so that pieces are followed in their order.
        for piece in reversed(_pieces(row, stretch)):
            first = piece.path[0] if piece.path is not stretch.path else None
            if first is None:
                lots.append(_lot(flows.before(stretch.holding[0]), piece))
                continue
            hops = len(piece.path)
            source_end = flows.end(first.sender, hops=hops)
            if source_end is not None:
                lots.append(
                    Lot(origin=source_end, source=first.sender, units=piece.units, path=piece.path)
                )
            elif hops >= max_hops:
                lots.append(_lot(unknown("hops"), piece))
            else:
                open_stretches.append(
                    _Stretch(
                        holding=(first.sender, first.asset),
                        start=spent[first.position] + piece.start,
                        units=piece.units,
                        path=piece.path,
                    )
                )
    return _trail(lots)


def _rows(flows: Flows) -> tuple[dict[Holding, _Row], dict[Position, int]]:
    """Each holding's row, and where in its sender's row each transfer begins."""
    rows: dict[Holding, _Row] = {}
    out: dict[Holding, int] = {}
    spent: dict[Position, int] = {}
    for one in flows.kept:
        giver, taker = (one.sender, one.asset), (one.recipient, one.asset)
        spent[one.position] = out.get(giver, 0)
        out[giver] = spent[one.position] + one.units
        row = rows.get(taker)
        if row is None:
            opening = flows.openings.get(taker, 0)
            row = rows[taker] = _Row(opening=opening, end=opening)
        row.came.append(one)
        row.starts.append(row.end)
        row.end += one.units
    return rows, spent


def _pieces(row: _Row, stretch: _Stretch) -> list[_Stretch]:
    """A stretch cut where one transfer's units end; ``start`` is within the transfer then.

    A piece of the opening keeps the stretch's own path.
    """
    pieces = []
    at, left = stretch.start, stretch.units
    if at < row.opening:
        units = min(left, row.opening - at)
        pieces.append(_Stretch(stretch.holding, at, units, stretch.path))
        at, left = at + units, left - units
    index = bisect_right(row.starts, at) - 1
    while left:
        transfer = row.came[index]
        inside = at - row.starts[index]
        units = min(left, transfer.units - inside)
        pieces.append(_Stretch(stretch.holding, inside, units, (transfer, *stretch.path)))
        at, left, index = at + units, left - units, index + 1
    return pieces


def _lot(origin: Origin, stretch: _Stretch) -> Lot:
    source = stretch.path[0].sender if stretch.path else stretch.holding[0]
    return Lot(origin=origin, source=source, units=stretch.units, path=stretch.path)


def _trail(lots: list[Lot]) -> Trail:
    """One lot for each way, the gravest and largest first; and the sums of all of them."""
    ways: dict[tuple[Origin, bytes, tuple[Transfer, ...]], int] = {}
    units: dict[Origin, int] = {}
    for lot in lots:
        way = (lot.origin, lot.source, lot.path)
        ways[way] = ways.get(way, 0) + lot.units
        units[lot.origin] = units.get(lot.origin, 0) + lot.units
    merged = [
        Lot(origin=origin, source=source, units=count, path=path)
        for (origin, source, path), count in ways.items()
    ]
    merged.sort(
        key=lambda lot: (
            lot.origin.status != "listed",
            GRAVITY.index(lot.origin.category),
            -lot.units,
            lot.origin,
            lot.source,
            [one.position for one in lot.path],
        )
    )
    return Trail(lots=tuple(merged[:LOTS_SHOWN]), units=dict(sorted(units.items())))
