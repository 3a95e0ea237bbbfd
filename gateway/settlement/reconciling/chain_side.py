"""Compare a chain with the journal: every account of its custody, at one block."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from gateway.chains.models import Chain
from gateway.chains.rpc_words import hex_of
from gateway.market.hedges.models import InventoryMove
from gateway.settlement.reconciling.chain_causes import causes_of, is_late
from gateway.settlement.reconciling.chain_view import Place, View, gather, told_of_hot
from gateway.settlement.reconciling.configuration import ReconciliationSettings
from gateway.settlement.reconciling.errors import NotComparable
from gateway.settlement.reconciling.explaining import Cause
from gateway.settlement.reconciling.facts import custody_accounts
from gateway.settlement.reconciling.judging import Item, Verdict, judge
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.reading import ChainReader, readers
from gateway.treasury.providers.models import ProviderDeposit

log = structlog.get_logger(__name__)

BY_HAND = timedelta(seconds=60)
"""A block's time is its proposer's clock: an entry may be that much older than what it is of."""


def compare_chain(
    chain: Chain,
    *,
    told: ReconciliationSettings,
    explained: Mapping[Place, Sequence[Item]],
    now: datetime,
) -> tuple[list[Line], View | None]:
    """Every place of a chain's custody, compared at one block; the view, if there was one.

    Args:
        explained: differences that people know of, by place.
    """
    try:
        with readers(chain.id) as nodes:
            view = gather(chain, reader=nodes[0], told=told, now=now)
            _second_opinion(view, nodes[1:])
            lines = [
                _line(view, place, nodes=nodes, told=told, explained=explained, now=now)
                for place in view.places
            ]
    except NotComparable as trouble:
        log.warning("not_reconciled", chain=chain.key, reason=trouble.reason, detail=str(trouble))
        return [_not_compared(chain, trouble.reason)], None
    return lines, view


def _second_opinion(view: View, others: Sequence[ChainReader]) -> None:
    """Another node must say the same of the treasury: one that lies can't have the books agree.

    Raises:
        NotComparable: it says something else.
    """
    for reader in others[:1]:
        if reader.block(view.at.number).hash != view.at.hash:
            raise NotComparable("nodes_disagree", f"They have different blocks {view.at.number}.")
        told = told_of_hot(view.house, reader=reader, at=view.at)
        mine = {
            place: units
            for place, units in view.told.items()
            if place[0] != view.house.holders.deposits
        }
        if {k: v for k, v in told.items() if v} != {k: v for k, v in mine.items() if v}:
            raise NotComparable("nodes_disagree", "They have different balances of the treasury.")


def _line(
    view: View,
    place: tuple[str, str, int],
    *,
    nodes: Sequence[ChainReader],
    told: ReconciliationSettings,
    explained: Mapping[Place, Sequence[Item]],
    now: datetime,
) -> Line:
    account, asset, decimals = place
    where = (account, asset)
    items = _items(view, where, told=told, now=now)
    booked, units = view.booked.get(where, 0), view.told.get(where, 0)
    known = explained.get(where, ())
    doubtful = [*known, *_doubtful(view, where)]
    verdict = judge(booked=booked, told=units, items=items, doubtful=doubtful)
    if verdict.state == "differs" and known:
        verdict = judge(
            booked=booked, told=units, items=[*items, *known], doubtful=doubtful[len(known) :]
        )
    causes: tuple[Cause, ...] = ()
    if verdict.state == "differs":
        causes = causes_of(view, where, verdict.difference, reader=nodes[0], told=told, now=now)
        verdict, causes = _recognised(verdict, causes, off=units - booked)
    is_deposits = account == view.house.holders.deposits
    return Line(
        mode=view.house.chain.mode,
        account=account,
        asset=asset,
        decimals=decimals,
        state=verdict.state,
        difference=verdict.difference,
        items=verdict.items,
        causes=causes,
        block_number=view.at.number,
        block_hash=view.at.hash,
        source=f"{len(nodes)} × {view.house.chain.name}",
        read=len(view.kept.asked) if is_deposits else len(view.house.hot),
        held=view.kept.held if is_deposits else len(view.house.hot),
        booked=booked,
        told=units,
    )


def _items(view: View, place: Place, *, told: ReconciliationSettings, now: datetime) -> list[Item]:
    """What surely lies between the two sides."""
    items = []
    for fact in view.facts.facts:
        booked = fact.booked.get(place, 0)
        if fact.block is not None and fact.block > view.at.number:
            if booked:
                items.append(Item("booked_ahead", fact.reference, -booked, str(fact.block)))
        elif is_late(fact, told=told, now=now):
            continue  # a cause, if it makes a difference
        elif fact.block is None:
            if booked:
                items.append(Item("taken_back", fact.reference, -booked))
        elif not fact.booked and (moved := (fact.effect or {}).get(place, 0)):
            items.append(Item("not_booked_yet", fact.reference, moved, str(fact.block)))
    return items


def _doubtful(view: View, place: Place) -> list[Item]:
    """Entries without a transaction of ours that may be of a later block."""
    since = datetime.fromtimestamp(view.at.timestamp, UTC) - BY_HAND
    return [
        Item("booked_by_hand", f"entry:{entry.key}", -entry.units[place])
        for entry in view.facts.unlinked
        if entry.units.get(place) and entry.booked_at >= since
    ]


def _recognised(
    verdict: Verdict, causes: tuple[Cause, ...], *, off: int
) -> tuple[Verdict, tuple[Cause, ...]]:
    """Take transfers off that somebody has named: their entries come once they are final."""
    named = _named([cause.reference for cause in causes if cause.kind == "unknown_incoming"])
    known = [cause for cause in causes if cause.reference in named]
    if not known:
        return verdict, causes
    items = (
        *verdict.items,
        *(Item("on_its_way", named[c.reference], c.units, c.reference) for c in known),
    )
    left = tuple(cause for cause in causes if cause.reference not in named)
    return judge(booked=0, told=off, items=items), left


def _named(hashes: Sequence[str]) -> dict[str, str]:
    """What a transfer from outside brings, where a person or an exchange named it. Two queries."""
    found = {
        hex_of(bytes(row.tx_hash)): f"provider_deposit:{row.id}"
        for row in ProviderDeposit.objects.filter(
            status="announced",
            tx_hash__in=[bytes.fromhex(each[2:]) for each in hashes if each.startswith("0x")],
        )
    }
    for move in InventoryMove.objects.filter(tx_hash__in=hashes, ended_at=None):
        found[move.tx_hash] = f"move:{move.id}"
    return found


def _not_compared(chain: Chain, reason: str) -> Line:
    """The treasury stands for the chain where nothing could be known of it."""
    native = chain.tokens.get(kind="native")
    return Line(
        mode=chain.mode,
        account=custody_accounts(chain.id)[1],
        asset=native.code,
        decimals=native.decimals,
        state="not_compared",
        reason=reason,
        source=chain.name,
    )
