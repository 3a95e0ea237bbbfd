"""Carry moves on: ask exchange and chain, outside of any transaction, and keep what they say."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import NodeFault
from gateway.chains.models import Chain, Token
from gateway.chains.nodes import Nodes
from gateway.chains.receipts import parse_receipt
from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.exchanges.places import Exchange, ExchangeDown, Progress
from gateway.market.hedges import moves, stuck_moves
from gateway.market.hedges.calls import treasury_of
from gateway.market.hedges.exchange_limits import refuse_beyond_share
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.routers import moved
from gateway.market.hedges.stuck_words import SILENT
from gateway.market.hedging import moving
from gateway.market.hedging.moving import MoveState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import halted_scopes

log = structlog.get_logger(__name__)

OPEN_STATES = [state.value for state in MoveState if not state.over]
WATCHED_AFTER = timedelta(days=1)
"""A withdrawal that a person says was never made is still asked about for so long."""


def _nothing(_point: str) -> None:
    """Tests stop the carrier at named points; in service they are passed by."""


def moves_carry(*, now: datetime, reached: Callable[[str], None] = _nothing) -> int:
    """Carry every open move one step on, if its ends say so; how many were looked at.

    Trouble with one end leaves the move where it is, with a note: silence is no refusal.
    """
    unmade = Q(state=MoveState.UNMADE.value) & (
        Q(ended_at__gt=now - WATCHED_AFTER) | ~Q(named_tx="")
    )
    open_moves = list(
        InventoryMove.objects.filter(Q(state__in=OPEN_STATES) | unmade).order_by("id")
    )
    for move in open_moves:
        try:
            _carry(move, configured_exchange(move.exchange), now=now, reached=reached)
        except (TillwayError, NodeFault) as trouble:
            log.warning("move_waits", move=str(move.id), detail=str(trouble)[:300])
            moves.note_trouble(move_id=move.id, error=str(trouble))
        moves.move_happened(
            move_id=move.id, happened=moving.Waited(int(now.timestamp() * 1000)), now=now
        )
    return len(open_moves)


def _carry(
    move: InventoryMove, exchange: Exchange, *, now: datetime, reached: Callable[[str], None]
) -> None:
    state = MoveState(move.state)
    if state is MoveState.PLANNED:
        # Whoever pulled the switch wants things to stay where they are; what left goes on.
        if not {EVERYTHING, move.asset} & halted_scopes():
            if move.is_deposit:
                refuse_beyond_share(move, now=now)
            to = exchange.deposit_address(asset=move.asset) if move.is_deposit else None
            reached("address_known")
            moves.move_ask(move_id=move.id, to=to, now=now)
            reached("asked")
    elif move.is_deposit:
        if state in (MoveState.LEFT, MoveState.SEEN):
            _look_at_deposit(move, exchange, now=now, reached=reached)
    elif state in (MoveState.ASKED, MoveState.UNMADE):
        _ask_for_withdrawal(move, exchange, now=now, reached=reached)
    else:
        _look_at_chain(move, now=now, reached=reached)


def _look_at_deposit(
    move: InventoryMove, exchange: Exchange, *, now: datetime, reached: Callable[[str], None]
) -> None:
    told = exchange.deposit(asset=move.asset, tx_hash=move.tx_hash)
    reached("deposit_told")
    if told.progress is Progress.PENDING:
        moves.move_happened(move_id=move.id, happened=moving.Seen(), now=now)
    elif told.progress is Progress.DONE:
        moves.move_happened(move_id=move.id, happened=moving.Arrived(told.units), now=now)
    reached("deposit_kept")


def _ask_for_withdrawal(
    move: InventoryMove, exchange: Exchange, *, now: datetime, reached: Callable[[str], None]
) -> None:
    client_id = str(move.id)
    try:
        told = exchange.withdrawal(client_id=client_id, asset=move.asset)
    except ExchangeDown:
        moves.note_told(move_id=move.id, told=SILENT, now=now)
        if move.named_tx:
            _look_at_named(move, now=now, reached=reached)
        raise
    moves.note_told(move_id=move.id, told=told.progress.value, now=now)
    if told.progress is Progress.UNKNOWN and move.named_tx:
        _look_at_named(move, now=now, reached=reached)
    elif told.progress is Progress.UNKNOWN:
        # Once: not every exchange knows our name for it in time to refuse a second.
        if moves.move_request(move_id=move.id, now=now):
            exchange.withdraw(
                client_id=client_id,
                asset=move.asset,
                units=move.units,
                to=treasury_of(move.chain_id),
            )
        reached("withdrawal_asked")
    elif told.progress is Progress.REFUSED:
        moves.move_happened(move_id=move.id, happened=moving.Refused(), now=now)
    elif told.progress is Progress.DONE:
        reached("withdrawal_told")
        moves.move_happened(
            move_id=move.id, happened=moving.Left(told.units), tx_hash=told.tx_hash, now=now
        )
        reached("withdrawal_kept")


def _look_at_named(move: InventoryMove, *, now: datetime, reached: Callable[[str], None]) -> None:
    """A person says which transaction brings it: it has left once the chain shows that it does."""
    seen = _brought(move, move.named_tx)
    reached("named_told")
    if seen is None:
        moves.note_trouble(move_id=move.id, error="the chain has no such transaction yet")
        return
    units, is_final = seen
    why = stuck_moves.why_not_of(move, units)
    if why:
        moves.note_trouble(move_id=move.id, error=why)
    elif is_final:
        left = moving.Left(move.named_units)
        moves.move_happened(move_id=move.id, happened=left, tx_hash=move.named_tx, now=now)
    reached("named_kept")


def _look_at_chain(move: InventoryMove, *, now: datetime, reached: Callable[[str], None]) -> None:
    """What of a withdrawal the chain shows at the treasury; the exchange's word is not enough."""
    seen = _brought(move, move.tx_hash)
    reached("chain_told")
    if seen is None:
        if move.state == MoveState.SEEN.value:
            moves.move_happened(move_id=move.id, happened=moving.Unseen(), now=now)
        return
    units, is_final = seen
    if units <= 0:
        moves.note_trouble(move_id=move.id, error="its transaction brought nothing")
    elif not is_final:
        moves.move_happened(move_id=move.id, happened=moving.Seen(), now=now)
    else:
        moves.move_happened(move_id=move.id, happened=moving.Arrived(units), now=now)
    reached("chain_kept")


def _brought(move: InventoryMove, tx_hash: str) -> tuple[int, bool] | None:
    """Base units that a transaction brought to the treasury, and whether for good; None while the
    chain shows none that succeeded."""
    chain = Chain.objects.get(id=move.chain_id)
    token = Token.objects.values_list("address", flat=True).get(code=move.asset)
    nodes = Nodes(chain_id=chain.id, urls=configured_chain(chain.id).rpc_urls)
    try:
        answer, head = nodes.ask(("eth_getTransactionReceipt", (tx_hash,)), ("eth_blockNumber", ()))
    finally:
        nodes.close()
    receipt = parse_receipt(answer)
    if receipt is None or not receipt.succeeded:
        return None
    units = moved(receipt.logs, token=bytes(token or b""), account=treasury_of(chain.id))
    return units, int(head, 16) - receipt.block_number >= chain.finality_blocks
