"""Make batches of what waits: which deposits go together, and the transaction that takes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Count, Min, Q

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import configured_chain
from gateway.chains.models import Chain, Token
from gateway.chains.sending import transaction_cancel, transaction_queue
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.market.amm.errors import NoLiquidity
from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.execution import locks
from gateway.market.execution.addresses import deposits_beside, lying, wanted_by_factory
from gateway.market.execution.factory import (
    NATIVE,
    packed_path,
    sweep_and_swap_call,
    sweep_token_call,
)
from gateway.market.execution.models import FillBatch, FillRequest
from gateway.market.execution.planning import (
    DUST_REST,
    Sale,
    Wanted,
    collection_of,
    retry_seconds,
    sale_of,
)
from gateway.market.execution.sellers import to_swap
from gateway.market.quoting.costs import collect_cost_units
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)

BATCH_AFTER_SECONDS = 15
"""How long the first of a batch waits for company."""
BATCH_AT_ITEMS = 50
"""So many don't wait any longer."""
BATCH_MAX_ITEMS = 100
SWEEPS_AT_ONCE = 10
"""Transactions of one group that are queued in a row where nothing is sold."""
DUST_AT_ONCE = 1_000
DEADLINE_SECONDS = 600
REFERENCE_PREFIX = "fill:"


@dataclass(frozen=True, slots=True)
class _Group:
    chain_id: int
    asset: str
    settlement_asset: str


def fills_batch_due(*, now: datetime) -> int:
    """Queue a transaction for each group of deposits that is large or old enough; how many.

    A group whose token has no fresh price, or no venue that pays its worth, waits. Of a batch
    whose deadline has passed its deposits wait anew.
    """
    _cancel_overdue(now=now)
    groups = _groups_due(now)
    if not groups:
        return 0
    try:
        snapshot = current_snapshot()
    except MarketUnavailable:
        snapshot = None  # what needs no price is swept all the same
    return sum(
        _batch(group, snapshot=snapshot, now=now) + _sweep_on(group, snapshot=snapshot, now=now)
        for group in groups
    )


def _groups_due(now: datetime) -> list[_Group]:
    rows = (
        FillRequest.objects.filter(status="pending", not_before__lte=now)
        .values("chain_id", "asset", "settlement_asset")
        .annotate(count=Count("id"), oldest=Min("created_at"))
        .filter(
            Q(count__gte=BATCH_AT_ITEMS)
            | Q(oldest__lte=now - timedelta(seconds=BATCH_AFTER_SECONDS))
        )
        .order_by("chain_id", "asset", "settlement_asset")
    )
    return [_Group(row["chain_id"], row["asset"], row["settlement_asset"]) for row in rows]


def _cancel_overdue(*, now: datetime) -> None:
    """Ask for what was not mined in time not to happen: on chain it could only fail, and a relay
    that keeps it to itself would hold up every later transaction of the account."""
    overdue = FillBatch.objects.filter(status="queued", deadline__lt=now).order_by("id")
    for transaction_id in list(overdue.values_list("transaction_id", flat=True)):
        transaction_cancel(transaction_id=transaction_id, now=now)


def dust_reconsider(*, now: datetime, limit: int = DUST_AT_ONCE) -> int:
    """Have dust looked at again that has rested: gas may have become cheaper. How many."""
    rested = FillRequest.objects.filter(status="dust", not_before__lte=now).order_by("not_before")
    ids = list(rested.values_list("id", flat=True)[:limit])
    return FillRequest.objects.filter(id__in=ids, status="dust").update(status="pending")


def _sweep_on(group: _Group, *, snapshot: MarketSnapshot | None, now: datetime) -> int:
    """Go on with a group that is only swept while it is due: a thousand deposits at once don't wait
    for as many askings. What is sold waits for the next one: a sale moves the price on which the
    one behind it would stand."""
    made = 0
    if group.asset != group.settlement_asset:
        return made
    while made < SWEEPS_AT_ONCE - 1 and group in _groups_due(now):
        queued = _batch(group, snapshot=snapshot, now=now)
        if not queued:
            break
        made += queued
    return made


@transaction.atomic
def _batch(group: _Group, *, snapshot: MarketSnapshot | None, now: datetime) -> int:
    """Queue what of one group can be collected; how many transactions."""
    requests = {request.id: request for request in _requests(group, now=now)}
    cost_units, unpriced = _cost(group, snapshot=snapshot, now=now)
    made = 0
    for factory, wanted in wanted_by_factory(requests.values()).items():
        there = lying(asset=group.asset, chain_id=group.chain_id, wanted=wanted, factory=factory)
        collection = collection_of(wanted, there, cost_units=cost_units)
        _set_status(collection.gone, "swept")
        _wait(collection.waiting, requests, reason="not_decided", now=now)
        _wait(collection.under_way, requests, reason="under_way", now=now)
        _wait(collection.unpriced, requests, reason=unpriced, now=now)
        _leave_as_dust(collection.dust, now=now)
        to_sell = to_swap(
            collection.together,
            requests,
            asset=group.asset,
            settlement_asset=group.settlement_asset,
            snapshot=snapshot,
            now=now,
        )
        selling = {item.request_id for item in to_sell}
        whole = (*collection.together, *collection.apart)
        to_sweep = [item for item in whole if item.request_id not in selling]
        if to_sweep:
            _queue_sweep(group, to_sweep, factory=factory, now=now)
            made += 1
        if to_sell:
            made += _sell(group, to_sell, requests, factory=factory, snapshot=snapshot, now=now)
    return made


def _requests(group: _Group, *, now: datetime) -> list[FillRequest]:
    """What may be batched now, with the dust that lies at the same addresses: it goes along."""
    pending = locks.pending_for_update(
        chain_id=group.chain_id,
        asset=group.asset,
        settlement_asset=group.settlement_asset,
        now=now,
        limit=BATCH_MAX_ITEMS,
    )
    beside = deposits_beside(
        asset=group.asset, deposit_ids={request.deposit_id for request in pending}
    )
    dust = locks.dust_for_update(
        asset=group.asset, settlement_asset=group.settlement_asset, deposit_ids=beside
    )
    return [*pending, *dust]


def _cost(
    group: _Group, *, snapshot: MarketSnapshot | None, now: datetime
) -> tuple[int | None, str]:
    """Base units of the token that one address's sweep costs; or None and why nobody can say."""
    if snapshot is None:
        return None, MarketUnavailable.code
    try:
        return collect_cost_units(snapshot=snapshot, code=group.asset, now=now), ""
    except QuoteRefused as refused:
        return None, refused.code


def _queue_sweep(group: _Group, wanted: Sequence[Wanted], *, factory: bytes, now: datetime) -> None:
    deadline = now + timedelta(seconds=DEADLINE_SECONDS)
    data = sweep_token_call(
        salts=_salts(wanted), token=_address(group.asset), deadline=int(deadline.timestamp())
    )
    _queue(
        group,
        wanted,
        kind="sweep",
        sale=None,
        factory=factory,
        data=data,
        deadline=deadline,
        now=now,
    )


def _sell(
    group: _Group,
    wanted: Sequence[Wanted],
    requests: dict[UUID, FillRequest],
    *,
    factory: bytes,
    snapshot: MarketSnapshot | None,
    now: datetime,
) -> int:
    """Queue the sale of as many as the venues take at their worth; the others wait."""
    reason = "market_unavailable"
    selling = list(wanted)
    while selling and snapshot is not None:
        try:
            sale = _sale(group, selling, snapshot=snapshot, now=now)
        except (QuoteRefused, NoLiquidity) as refused:
            reason = getattr(refused, "code", "no_liquidity")
            # Addresses are collected whole, so the half is taken of them.
            salts = _salts(selling)
            kept = set(salts[: len(salts) // 2])
            selling = [item for item in selling if item.salt in kept]
            continue
        _queue_sale(group, selling, sale, factory=factory, now=now)
        break
    sold = {item.request_id for item in selling}
    _wait(
        [item for item in wanted if item.request_id not in sold], requests, reason=reason, now=now
    )
    return 1 if selling and snapshot is not None else 0


def _sale(
    group: _Group, wanted: Sequence[Wanted], *, snapshot: MarketSnapshot, now: datetime
) -> Sale:
    decimals = Token.objects.values_list("decimals", flat=True).get(code=group.asset)
    return sale_of(
        snapshot=snapshot,
        token=Amount(sum(item.units for item in wanted), Asset(group.asset, decimals)),
        settlement_asset=group.settlement_asset,
        now=now,
    )


def _queue_sale(
    group: _Group, wanted: Sequence[Wanted], sale: Sale, *, factory: bytes, now: datetime
) -> None:
    deadline = now + timedelta(seconds=DEADLINE_SECONDS)
    router = configured_chain(group.chain_id).venues[f"{sale.kind}_router"]
    data = sweep_and_swap_call(
        salts=_salts(wanted),
        token=_address(group.asset),
        router=parse_address(router),
        path=packed_path([_address(code) for code in sale.tokens], sale.fees_ppm),
        units_in=sale.units_in,
        min_units_out=sale.floor,
        deadline=int(deadline.timestamp()),
    )
    _queue(
        group,
        wanted,
        kind="swap",
        sale=sale,
        factory=factory,
        data=data,
        deadline=deadline,
        now=now,
    )


def _queue(
    group: _Group,
    wanted: Sequence[Wanted],
    *,
    kind: Literal["sweep", "swap"],
    sale: Sale | None,
    factory: bytes,
    data: bytes,
    deadline: datetime,
    now: datetime,
) -> None:
    chain = Chain.objects.get(id=group.chain_id)
    batch_id = uuid7()
    queued = transaction_queue(
        chain_id=group.chain_id,
        account=parse_address(configured_chain(group.chain_id).operator_or_treasury),
        to=factory,
        data=data,
        value=0,
        purpose="sweep" if kind == "sweep" else "fill",
        reference=f"{REFERENCE_PREFIX}{batch_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{batch_id}",
        now=now,
    )
    point("fill.queued")
    batch = FillBatch.objects.create(
        id=batch_id,
        chain_id=group.chain_id,
        mode=chain.mode,
        kind=kind,
        asset=group.asset,
        settlement_asset=group.settlement_asset if sale else "",
        factory=factory,
        transaction_id=queued.id,
        expected_units=sum(item.units for item in wanted),
        expected_out_units=sale.expected if sale else 0,
        min_out_units=sale.floor if sale else 0,
        deadline=deadline,
        created_at=now,
    )
    FillRequest.objects.filter(id__in=[item.request_id for item in wanted]).update(
        status="batched", batch=batch
    )
    log.info("fill_batched", batch=str(batch_id), kind=kind, asset=group.asset, items=len(wanted))


def _wait(
    wanted: Iterable[Wanted], requests: dict[UUID, FillRequest], *, reason: str, now: datetime
) -> None:
    for item in wanted:
        request = requests[item.request_id]
        request.not_before = now + timedelta(seconds=retry_seconds(request.attempts))
        request.attempts += 1
        request.status, request.last_error = "pending", reason
        request.save(update_fields=["status", "not_before", "attempts", "last_error"])


def _leave_as_dust(wanted: Sequence[Wanted], *, now: datetime) -> None:
    """It stays where it is, counted, until more comes to its address or its sweep costs less."""
    ids = [item.request_id for item in wanted]
    if ids:
        FillRequest.objects.filter(id__in=ids).update(
            status="dust", last_error="dust", not_before=now + DUST_REST
        )


def _set_status(wanted: Iterable[Wanted], status: str) -> None:
    ids = [item.request_id for item in wanted]
    if ids:
        FillRequest.objects.filter(id__in=ids).update(status=status)


def _salts(wanted: Iterable[Wanted]) -> list[bytes]:
    """Each address once: it can be swept once in a transaction."""
    return list(dict.fromkeys(item.salt for item in wanted))


def _address(code: str) -> bytes:
    address = Token.objects.values_list("address", flat=True).get(code=code)
    return NATIVE if address is None else bytes(address)
