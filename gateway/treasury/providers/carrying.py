"""Look for what providers named, outside of any transaction, and keep what the chain says."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import NodeFault
from gateway.chains.models import Chain
from gateway.chains.nodes import Nodes
from gateway.chains.receipts import parse_receipt
from gateway.events.errors import TillwayError
from gateway.market.hedges.routers import TRANSFER
from gateway.treasury.providers.depositing import deposit_arrived, note_trouble, token_of
from gateway.treasury.providers.models import ProviderDeposit

log = structlog.get_logger(__name__)

LOOKED_AT_ONCE = 100


def brought(logs: Iterable[Mapping[str, Any]], *, token: bytes, sender: bytes, to: bytes) -> int:
    """Base units of ``token`` that a receipt shows going from ``sender`` to ``to``. Pure."""
    units = 0
    for entry in logs:
        topics = [bytes.fromhex(topic[2:]) for topic in entry["topics"]]
        if len(topics) != 3 or topics[0] != TRANSFER:
            continue
        if bytes.fromhex(entry["address"][2:]) != token:
            continue
        if topics[1][-20:] == sender and topics[2][-20:] == to:
            units += int(entry["data"], 16)
    return units


def deposits_carry(*, now: datetime, reached: Callable[[str], None]) -> int:
    """Ask the chain about every deposit that was named; how many were looked at.

    Trouble with a node, or with a deposit, leaves it where it is, with a note.
    """
    rows = ProviderDeposit.objects.filter(status="announced").select_related("pool", "provider")
    found = list(rows.order_by("id")[:LOOKED_AT_ONCE])
    for deposit in found:
        try:
            _look(deposit, now=now, reached=reached)
        except (TillwayError, NodeFault) as trouble:
            log.warning("provider_deposit_waits", deposit=str(deposit.id), detail=str(trouble))
            note_trouble(deposit_id=deposit.id, error=str(trouble))
    return len(found)


def _look(deposit: ProviderDeposit, *, now: datetime, reached: Callable[[str], None]) -> None:
    chain = Chain.objects.get(id=deposit.chain_id)
    token = token_of(deposit.pool)
    nodes = Nodes(chain_id=chain.id, urls=configured_chain(chain.id).rpc_urls)
    try:
        answer, head = nodes.ask(
            ("eth_getTransactionReceipt", ("0x" + bytes(deposit.tx_hash).hex(),)),
            ("eth_blockNumber", ()),
        )
    finally:
        nodes.close()
    receipt = parse_receipt(answer)
    reached("chain_told")
    if receipt is None:
        note_trouble(deposit_id=deposit.id, error="the chain has no such transaction")
        return
    if int(head, 16) - receipt.block_number < chain.finality_blocks:
        note_trouble(deposit_id=deposit.id, error="")
        return
    units = brought(
        receipt.logs if receipt.succeeded else (),
        token=token,
        sender=bytes(deposit.provider.wallet),
        to=bytes(chain.treasury),
    )
    if units <= 0:
        note_trouble(
            deposit_id=deposit.id, error="it brings nothing from their wallet to the treasury"
        )
        return
    deposit_arrived(deposit_id=deposit.id, units=units, now=now)
    reached("deposit_kept")
