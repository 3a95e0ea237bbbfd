"""What makes a place of a chain differ: facts of ours by their hashes, and what nobody knows of."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from gateway.chains.models import Deposit, Outflow
from gateway.chains.outgoing_models import OutgoingAttempt
from gateway.chains.rpc_words import hex_of
from gateway.settlement.reconciling.chain_view import Place, View, read_effects
from gateway.settlement.reconciling.configuration import ReconciliationSettings
from gateway.settlement.reconciling.errors import NotComparable
from gateway.settlement.reconciling.explaining import Cause, CauseKind, explain, moved_by_itself
from gateway.settlement.reconciling.facts import Fact
from gateway.settlement.reconciling.reading import ChainReader
from gateway.settlement.reconciling.searching import (
    MAX_ADDRESSES,
    balance_by_block,
    blocks_that_changed,
    coin_moves,
    token_moves,
    unexplained_sums,
    unknown_moves,
)


def is_late(fact: Fact, *, told: ReconciliationSettings, now: datetime) -> bool:
    """Whether its entry should be there by now."""
    return fact.since is not None and now - fact.since > timedelta(seconds=told.booking_seconds)


def causes_of(
    view: View,
    place: Place,
    difference: int,
    *,
    reader: ChainReader,
    told: ReconciliationSettings,
    now: datetime,
) -> tuple[Cause, ...]:
    """What a place's difference comes from; what can't be searched stays unexplained."""
    in_doubt = [fact for fact in view.facts.facts if fact.effect is None]
    try:
        read_effects(in_doubt, facts=view.facts, house=view.house, reader=reader)
        certain = _of_facts(view, place, told=told, now=now)
        unknown = _unknown(view, place, reader=reader, told=told)
    except NotComparable as trouble:
        return (Cause("unexplained", "", difference, f"not searched: {trouble.reason}"),)
    without = [
        Cause("entry_without_transaction", f"entry:{entry.key}", -entry.units[place])
        for entry in view.facts.unlinked
        if entry.units.get(place)
    ]
    causes = explain(difference, certain=certain, candidates=[*unknown, *without])
    return _moved(view, place, causes, reader=reader)


def _of_facts(
    view: View, place: Place, *, told: ReconciliationSettings, now: datetime
) -> list[Cause]:
    """What our own rows and the journal disagree about, whole transactions by their hashes."""
    causes = []
    for fact in view.facts.facts:
        booked = fact.booked.get(place, 0)
        moved = (fact.effect or {}).get(place, 0)
        is_before = fact.block is not None and fact.block <= view.at.number
        if fact.block is not None and not is_before:
            continue  # an item: it is taken off
        if not fact.booked:
            if is_before and moved and is_late(fact, told=told, now=now):
                causes.append(Cause("missing_entry", _name(fact), moved, str(fact.block)))
            continue
        if fact.block is None:
            if booked and is_late(fact, told=told, now=now):
                causes.append(Cause("entry_without_transaction", _entry(fact), -booked))
        elif moved != booked and fact.effect is not None:
            wrong = moved - booked
            if fact.effect == {}:
                causes.append(Cause("entry_without_transaction", _entry(fact), wrong))
            elif place[1] == view.house.holders.native and booked == moved + _fee(view, fact):
                causes.append(Cause("gas_not_booked", _name(fact), wrong, str(fact.block)))
            else:
                causes.append(Cause("wrong_units", _entry(fact), wrong, str(fact.block)))
    return causes


def _unknown(
    view: View, place: Place, *, reader: ChainReader, told: ReconciliationSettings
) -> list[Cause]:
    account, asset = place
    first = max(view.settled_block, view.at.number - told.search_blocks)
    if account == view.house.holders.deposits:
        return _at_deposit_addresses(view, asset, reader=reader, first=first)
    holders = view.house.hot if account == view.house.holders.hot else view.house.cold
    contract = _contract(view, asset)
    ours = {hex_of(fact.tx_hash) for fact in view.facts.facts if fact.tx_hash}
    if contract:
        moves = token_moves(
            reader, token=contract, holders=holders, first=first + 1, last=view.at.number
        )
        sweeps = _ours_among(list(moves))
        return unknown_moves(moves, ours=ours | sweeps)
    known: dict[int, int] = defaultdict(int)
    for fact in view.facts.facts:
        if fact.block is not None and fact.effect:
            known[fact.block] += fact.effect.get(place, 0)
    return coin_moves(reader, holders=holders, known=known, ours=ours, first=first, last=view.at)


def _at_deposit_addresses(
    view: View, asset: str, *, reader: ChainReader, first: int
) -> list[Cause]:
    """Deposit addresses that hold something else than our rows have, and by which transfer."""
    wrong = {
        address: units - view.kept.expected.get((address, asset), 0)
        for (address, code), units in view.told_at.items()
        if code == asset and units != view.kept.expected.get((address, asset), 0)
    }
    addresses = sorted(wrong)[:MAX_ADDRESSES]
    contract = _contract(view, asset)
    causes: list[Cause] = []
    if contract and addresses:
        moves = token_moves(
            reader, token=contract, holders=addresses, first=first + 1, last=view.at.number
        )
        heard = {
            hex_of(bytes(tx_hash))
            for model in (Deposit, Outflow)
            for tx_hash in model.objects.filter(
                chain_id=view.house.chain.id,
                tx_hash__in=[bytes.fromhex(each[2:]) for each in moves],
            ).values_list("tx_hash", flat=True)
        }
        causes = unknown_moves(moves, ours=heard | _ours_among(list(moves)))
    left = sum(wrong.values()) - sum(cause.units for cause in causes)
    if left and addresses:
        kind: CauseKind = "balance_moved_by_itself" if contract else "unexplained"
        at = hex_of(addresses[0]) if len(addresses) == 1 else f"{len(addresses)} addresses"
        causes.append(Cause(kind, at, left, str(view.at.number)))
    return causes


def _moved(
    view: View, place: Place, causes: tuple[Cause, ...], *, reader: ChainReader
) -> tuple[Cause, ...]:
    """Say of what stayed unexplained that the token's balance moved by itself, if it did, and in
    which block."""
    account, asset = place
    contract = _contract(view, asset)
    if not contract or account == view.house.holders.deposits:
        return causes
    if not any(cause.kind == "unexplained" for cause in causes):
        return causes
    holders = view.house.hot if account == view.house.holders.hot else view.house.cold
    first = view.settled_block
    try:
        moves = token_moves(
            reader, token=contract, holders=holders, first=first + 1, last=view.at.number
        )
        known: dict[int, int] = defaultdict(int)
        for units, block in moves.values():
            known[block] += units
        value = unexplained_sums(
            balance_by_block(reader, holders=holders, token=contract, last=view.at), known=known
        )
        blocks = blocks_that_changed(value, first=first, last=view.at.number)
        shown = sum(value(block) - value(block - 1) for block in blocks)
    except NotComparable:
        return causes
    said = ", ".join(str(block) for block in blocks)
    return tuple(
        Cause(cause.kind, cause.reference, cause.units, said)
        if cause.kind == "balance_moved_by_itself"
        else cause
        for cause in moved_by_itself(causes, shown=shown)
    )


def _ours_among(hashes: Sequence[str]) -> set[str]:
    """Those that we sent, whatever became of them since. One query."""
    rows = OutgoingAttempt.objects.filter(tx_hash__in=[bytes.fromhex(each[2:]) for each in hashes])
    return {hex_of(bytes(each)) for each in rows.values_list("tx_hash", flat=True) if each}


def _fee(view: View, fact: Fact) -> int:
    row = view.facts.transactions.get(fact.reference)
    return int(row.fee_units or 0) if row else 0


def _contract(view: View, asset: str) -> bytes:
    return next(contract for contract, (code, _) in view.house.tokens.items() if code == asset)


def _name(fact: Fact) -> str:
    return hex_of(fact.tx_hash) if fact.tx_hash else fact.reference


def _entry(fact: Fact) -> str:
    return "entry:" + ", ".join(sorted(fact.entries)) if fact.entries else fact.reference
