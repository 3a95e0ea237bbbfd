"""What is known of a float, and what is brought to it: rows, never a node.

A refill and the hedge or the move that does it are one transaction: there is one of both or none.
From there on the hedge or the move is what is carried on, killed and told again as any other.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Sum

from gateway.chains.configuration import configured_chains
from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger.accounts import custody_hot
from gateway.ledger.payables import Payable, payables
from gateway.ledger.selectors import balance
from gateway.market.errors import MarketUnavailable
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.at_once import hedge_at_once
from gateway.market.hedges.models import ACTIVE, Hedge, InventoryMove
from gateway.market.hedges.moves import move_plan
from gateway.market.hedges.selectors import committed_units
from gateway.market.hedges.viewing import values_of
from gateway.market.hedging.moving import MoveState
from gateway.market.quoting.permits import marked_state
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import halted_scopes
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.money.assets import Asset
from gateway.treasury.floats import locks
from gateway.treasury.floats.configuration import FloatSettings, float_settings
from gateway.treasury.floats.deciding import Refill, Rest, Sight, Way, Why, decide_refill
from gateway.treasury.floats.models import AssetFloat, FloatRefill
from gateway.treasury.floats.replaying import parts_of
from gateway.treasury.floats.sources import coming_units, sources_of
from gateway.treasury.providers.selectors import leaving_units

log = structlog.get_logger(__name__)

BY = "float"
"""Who decides a move that fills a float."""
DAY = timedelta(days=1)
WAITS = {Why.UNDER_WAY, Why.RESTING}
"""Why nothing is brought although somebody sees to it."""
PROPOSED = "person_needed"
"""Only a person can bring it: from the cold store."""


def _nothing(_point: str) -> None:
    """Tests stop the desk at named points; in service they are passed by."""


def floats_look(*, now: datetime, reached: Callable[[str], None] = _nothing) -> int:
    """Look at the float of every asset that shops are owed; how many. Safe to call at any time, by
    any number of processes.

    Raises:
        FloatSettingsUnreadable
    """
    float_settings()
    try:
        snapshot = current_snapshot()
    except MarketUnavailable:
        log.warning("floats_wait_for_prices")
        return 0
    chains = {entry.chain_id for entry in configured_chains()}
    owed = payables()
    known = AssetFloat.objects.values_list("asset", flat=True)
    tokens = Token.objects.filter(code__in={*owed, *known}, chain_id__in=chains)
    for token in tokens.select_related("chain").order_by("code"):
        try:
            float_judge(
                token=token,
                payable=owed.get(token.code, Payable(0, 0)),
                snapshot=snapshot,
                now=now,
                reached=reached,
            )
        except TillwayError as trouble:
            # What stood against it shows again at the next look, and nothing of it was kept.
            log.warning("float_not_refilled", asset=token.code, detail=str(trouble)[:300])
            float_stuck(token=token, why=trouble.code, now=now)
    return len(tokens)


@transaction.atomic
def float_judge(
    *,
    token: Token,
    payable: Payable,
    snapshot: MarketSnapshot,
    now: datetime,
    reached: Callable[[str], None] = _nothing,
) -> FloatRefill | None:
    """Keep what a float has and needs, say when it becomes short and when it is over, and refill
    it, once.

    Raises:
        MarketError: the hedge or the move it decided on is refused; nothing is kept.
    """
    told = float_settings()
    row = locks.float_for_update(asset=token.code, chain_id=token.chain_id, now=now)
    _follow(row, token, now=now)
    sight = sight_of(token=token, payable=payable, told=told, snapshot=snapshot, now=now)
    answer = decide_refill(sight, told.policy)
    row.held_units, row.need_units, row.looked_at = sight.held, sight.need(told.policy), now
    is_short = sight.is_short(told.policy)
    if is_short != (row.low_since is not None):
        row.low_since = now if is_short else None
        _say(row, "float.low" if is_short else "float.enough", token, now=now)
    _mark(row, token, _why_stuck(answer) if is_short else "", now=now)
    row.save()
    reached("judged")
    proposed = FloatRefill.objects.filter(asset=token.code, status="proposed").first()
    if not isinstance(answer, Refill):
        if proposed is not None and not is_short:
            _end(proposed, "over", 0, now=now)
        return None
    if proposed is not None and answer.way is Way.PERSON:
        return None
    if proposed is not None:
        _end(proposed, "over", 0, now=now)
    made = _act(answer, sight, token, snapshot, now=now, reached=reached)
    reached("written")
    return made


@transaction.atomic
def float_stuck(*, token: Token, why: str, now: datetime) -> None:
    """A refill was refused: the float is as short as before, and says why."""
    row = locks.float_for_update(asset=token.code, chain_id=token.chain_id, now=now)
    if row.low_since is None:
        row.low_since = now
        _say(row, "float.low", token, now=now)
    _mark(row, token, why, now=now)
    row.save()


def sight_of(
    *,
    token: Token,
    payable: Payable,
    told: FloatSettings,
    snapshot: MarketSnapshot,
    now: datetime,
) -> Sight:
    """All that the decision is made of; sources are asked for only where it is short."""
    lies = balance(
        account=custody_hot(token.chain_id), asset=Asset(token.code, token.decimals)
    ).units
    promised = committed_units(asset=token.code) + leaving_units(asset=token.code)
    refills = FloatRefill.objects.filter(asset=token.code)
    day = refills.filter(decided_at__gt=now - DAY).exclude(status__in=("proposed", "over"))
    rests_since = now - timedelta(seconds=told.rest_seconds)
    sight = Sight(
        held=max(0, lies - promised),
        coming=coming_units(token=token, snapshot=snapshot, now=now),
        reserved=payable.reserved,
        available=payable.available,
        decimals=token.decimals,
        usd=values_of(snapshot, now_ms=int(now.timestamp() * 1000)).get(token.code, 0),
        spent_cents=int(day.aggregate(cents=Sum("cents"))["cents"] or 0),
        allowed=told.enabled and (token.chain.mode == "test" or told.live),
        halted=_is_halted(token, snapshot, now=now),
        under_way=refills.filter(status="planned").exists(),
        resting=refills.filter(status__in=("done", "failed"), ended_at__gt=rests_since).exists(),
    )
    if decide_refill(sight, told.policy) in (Rest(Why.NO_SOURCE), Rest(Why.DAY_SPENT)):
        return replace(sight, sources=sources_of(token=token, snapshot=snapshot, now=now))
    return sight


def _why_stuck(answer: Refill | Rest) -> str:
    """Why nothing is brought by itself; "" where something is, or was just now."""
    if isinstance(answer, Refill):
        return PROPOSED if answer.way is Way.PERSON else ""
    return "" if answer.why in WAITS else answer.why.value


def _is_halted(token: Token, snapshot: MarketSnapshot, *, now: datetime) -> bool:
    if {EVERYTHING, token.code} & halted_scopes():
        return True
    state = snapshot.assets.get(token.code)
    if state is None:
        return False
    now_ms, silence = int(now.timestamp() * 1000), snapshot.policy.max_silence_ms
    return marked_state(state.risk, now_ms=now_ms, max_silence_ms=silence) is RiskState.HALT


def _act(
    refill: Refill,
    sight: Sight,
    token: Token,
    snapshot: MarketSnapshot,
    *,
    now: datetime,
    reached: Callable[[str], None],
) -> FloatRefill:
    """The decision with its hedge or its move; one that a person has to do is proposed."""
    refill_id = uuid7()
    hedge_id: UUID | None = None
    move_id: UUID | None = None
    if refill.way is Way.CONVERT:
        hedge_id = hedge_at_once(
            snapshot=snapshot,
            asset=refill.name,
            units=refill.gives,
            reason=refill.why.value,
            now=now,
        ).id
    elif refill.way is Way.MOVE:
        move_id = move_plan(
            key=f"{BY}:{refill_id}",
            exchange=configured_exchange(refill.name),
            is_deposit=False,
            asset=token.code,
            units=refill.units,
            reason=refill.why.value,
            by=BY,
            now=now,
        ).id
    reached("acted")
    row = FloatRefill.objects.create(
        id=refill_id,
        asset=token.code,
        chain_id=token.chain_id,
        mode=token.chain.mode,
        way=refill.way.value,
        source=refill.name,
        units=refill.units,
        gives_units=refill.gives,
        cents=sight.cents(refill.units),
        reason=refill.why.value,
        parts=parts_of(sight, float_settings().policy),
        status="proposed" if refill.way is Way.PERSON else "planned",
        hedge_id=hedge_id,
        move_id=move_id,
        decided_at=now,
    )
    _tell(row, "float.proposed" if refill.way is Way.PERSON else "float.refill", now=now)
    log.info("float_refill", asset=token.code, way=row.way, source=row.source, units=row.units)
    return row


def _follow(row: AssetFloat, token: Token, *, now: datetime) -> None:
    """What became of the refill under way, if there is one."""
    refill = FloatRefill.objects.filter(asset=row.asset, status="planned").first()
    if refill is None:
        return
    if refill.hedge_id is not None:
        hedge = Hedge.objects.get(id=refill.hedge_id)
        if hedge.status in ACTIVE:
            return
        brought, code = hedge.bought_units, hedge.last_error
    else:
        move = InventoryMove.objects.get(key=f"{BY}:{refill.id}")
        if not MoveState(move.state).over:
            return
        brought = move.arrived_units if move.state == MoveState.ARRIVED.value else 0
        code = move.last_error or move.state
    refill.failure_code = "" if brought else code or "nothing_came"
    _end(refill, "done" if brought else "failed", brought, now=now)
    if brought:
        emit(
            type="float.filled",
            subject=f"float:{row.asset}",
            body={
                "asset": row.asset,
                "chain_id": row.chain_id,
                "reference": f"float_refill:{refill.id}",
            },
            mode=token.chain.mode,
            now=now,
        )


def _end(refill: FloatRefill, status: str, brought: int, *, now: datetime) -> None:
    refill.status, refill.brought_units, refill.ended_at = status, brought, now
    refill.save(update_fields=["status", "brought_units", "ended_at", "failure_code"])
    _tell(refill, f"float.refill_{status}", now=now)


def _mark(row: AssetFloat, token: Token, why: str, *, now: datetime) -> None:
    """Say once that nothing is brought, and why; and again when that is another reason."""
    said = row.why if row.stuck_since is not None else ""
    row.stuck_since, row.why = (row.stuck_since or now) if why else None, why
    if why and why != said:
        _say(row, "float.stuck", token, now=now)
        log.warning("float_stuck", asset=row.asset, why=why)


def _say(row: AssetFloat, type: str, token: Token, *, now: datetime) -> None:
    emit(
        type=type,
        subject=f"float:{row.asset}",
        body={
            "asset": row.asset,
            "chain_id": row.chain_id,
            "held_units": str(row.held_units),
            "need_units": str(row.need_units),
            "why": row.why,
        },
        mode=token.chain.mode,
        now=now,
    )


def _tell(refill: FloatRefill, type: str, *, now: datetime) -> None:
    body: dict[str, Any] = {
        "refill_id": str(refill.id),
        "asset": refill.asset,
        "chain_id": refill.chain_id,
        "way": refill.way,
        "source": refill.source,
        "units": str(refill.units),
        "gives_units": str(refill.gives_units),
        "brought_units": str(refill.brought_units),
        "reason": refill.reason,
        "failure_code": refill.failure_code,
    }
    emit(type=type, subject=f"float:{refill.asset}", body=body, mode=refill.mode, now=now)
