"""What the rest of the house knows of journal entries: when a swap was mined, what was promised."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gateway.chains.models import Chain, Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.ledger.entries import HouseEntry
from gateway.market.execution.models import FillBatch, FillRequest
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import HedgeStep
from gateway.market.measures.accounting import PAYMENT_KINDS, Circumstances
from gateway.market.measures.book_trades import traded_in
from gateway.market.measures.fair_values import fair_values_at
from gateway.market.measures.values import Mode, QuotedParts
from gateway.money.assets import FIAT


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of a stretch of entries: each one's circumstances, and what is true of their assets.

    Attributes:
        pegged: assets that promise to be worth a currency: what others are traded for.
    """

    of: Mapping[UUID, Circumstances]
    decimals: Mapping[str, int]
    pegged: Collection[str]
    modes: Mapping[int, Mode]

    def mode(self, assets: Iterable[str]) -> Mode:
        return mode_of(assets, self.modes)


def mode_of(assets: Iterable[str], modes: Mapping[int, Mode]) -> Mode:
    """Test or live, by the chain that an asset is on; what is on none is live money. Pure."""
    for code in assets:
        _, _, chain = code.partition("@")
        if chain.isdecimal() and int(chain) in modes:
            return modes[int(chain)]
    return "live"


@dataclass(frozen=True, slots=True)
class _Known:
    """Of an entry, before its prices are looked up."""

    valued_at: datetime
    promised_at: datetime | None = None
    asset: str | None = None
    quoted: QuotedParts | None = None


def surroundings_of(entries: Sequence[HouseEntry]) -> Surroundings:
    """Ten queries, however many entries."""
    known = _known(entries)
    times = {each.valued_at for each in known.values()}
    times |= {each.promised_at for each in known.values() if each.promised_at is not None}
    prices = fair_values_at(times)
    codes = {posting.asset for entry in entries for posting in entry.postings}
    tokens = list(Token.objects.filter(code__in=codes).values_list("code", "decimals", "peg"))
    return Surroundings(
        of={
            entry_id: Circumstances(
                valued_at=each.valued_at,
                prices=prices.get(each.valued_at, {}),
                promised_at=each.promised_at,
                promise_prices=prices.get(each.promised_at, {}) if each.promised_at else {},
                asset=each.asset,
                quoted=each.quoted,
            )
            for entry_id, each in known.items()
        },
        decimals={code: asset.decimals for code, asset in FIAT.items()}
        | {code: decimals for code, decimals, _ in tokens},
        pegged=frozenset({*FIAT, *(code for code, _, peg in tokens if peg)}),
        modes=chain_modes(),
    )


def chain_modes() -> dict[int, Mode]:
    """One query."""
    return {
        chain_id: "live" if mode == "live" else "test"
        for chain_id, mode in Chain.objects.values_list("id", "mode")
    }


def _known(entries: Sequence[HouseEntry]) -> dict[UUID, _Known]:
    requests = _requests(entries)
    steps = {
        step.id: step
        for step in HedgeStep.objects.filter(
            id__in=_references(entries, kind="hedge")
        ).select_related("hedge")
    }
    orders = {
        str(order.id): order
        for order in ExchangeOrder.objects.filter(
            id__in={entry.refs["order_id"] for entry in entries if _on_exchange(entry)}
        )
    }
    batches = {
        batch.transaction_id: batch
        for batch in FillBatch.objects.filter(transaction_id__in=_references(entries, kind="fill"))
    }
    traded = traded_in(entries)
    sent = _transactions(entries) | {step.transaction_id for step in steps.values()}
    mined = dict(OutgoingTransaction.objects.filter(id__in=sent).values_list("id", "mined_at"))
    found = {}
    for entry in entries:
        step, batch = None, None
        transaction_id = _transaction_of(entry)
        if entry.kind == "hedge" and transaction_id in steps:
            step = steps[transaction_id]
            transaction_id = step.transaction_id
        elif transaction_id in batches:
            batch = batches[transaction_id]
        at = (transaction_id and mined.get(transaction_id)) or entry.happened_at
        if step is not None:
            found[entry.id] = _Known(at, step.created_at, step.hedge.asset)
        elif _on_exchange(entry) and entry.refs["order_id"] in orders:
            order = orders[entry.refs["order_id"]]
            found[entry.id] = _Known(at, order.created_at, order.base)
        elif entry.id in traded:
            found[entry.id] = _Known(at, traded[entry.id].promised_at, traded[entry.id].base)
        elif batch is not None and entry.kind == "fill":
            found[entry.id] = _Known(at, batch.created_at)
        else:
            found[entry.id] = _paid(entry, requests.get(entry.refs.get("deposit_id", "")), at)
    return found


def _on_exchange(entry: HouseEntry) -> bool:
    return entry.kind == "hedge" and "order_id" in entry.refs


def _paid(entry: HouseEntry, request: FillRequest | None, at: datetime) -> _Known:
    if entry.kind not in PAYMENT_KINDS or request is None:
        return _Known(at)
    return _Known(at, request.promised_at, request.asset, _quoted(request))


def _quoted(request: FillRequest) -> QuotedParts | None:
    """The quote's parts, its gas for as much of the demand as this payment is of."""
    match (
        request.due_units,
        request.gas_units,
        request.spread_ppm,
        request.lock_premium_ppm,
        request.fill_ppm,
    ):
        case (int(due), int(gas), int(spread), int(premium), int(fill)):
            return QuotedParts(spread, premium, fill, gas * request.units // due)
    return None


def _requests(entries: Sequence[HouseEntry]) -> dict[str, FillRequest]:
    deposits = {
        entry.refs["deposit_id"]
        for entry in entries
        if entry.kind in PAYMENT_KINDS and "deposit_id" in entry.refs
    }
    found = FillRequest.objects.filter(deposit_id__in=deposits, is_bought=True)
    # After a reorg a deposit may have been asked for again: what was promised last counts.
    return {str(request.deposit_id): request for request in found.order_by("created_at")}


def _references(entries: Sequence[HouseEntry], *, kind: str) -> set[UUID]:
    told = (_transaction_of(entry) for entry in entries if entry.kind == kind)
    return {reference for reference in told if reference is not None}


def _transactions(entries: Sequence[HouseEntry]) -> set[UUID]:
    told = (_transaction_of(entry) for entry in entries if entry.kind != "hedge")
    return {reference for reference in told if reference is not None}


def _transaction_of(entry: HouseEntry) -> UUID | None:
    """The transaction that an entry names; a hedge names its step."""
    refs: Mapping[str, Any] = entry.refs
    told = refs.get("transaction_id") or refs.get("reference") or ""
    try:
        return UUID(str(told).partition(":")[0])
    except ValueError:
        return None
