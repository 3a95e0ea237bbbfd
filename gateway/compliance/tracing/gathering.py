"""Collect what a trace is made of: from the payer back, wallet by wallet, within its limits.

Outside any transaction: nodes are asked. Each look-up is kept as soon as it is told, so a process
that dies here is followed by one that goes on where it was.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from gateway.chains.models import Chain, Token
from gateway.chains.nodes import Nodes
from gateway.chains.transfers import Transfer as ChainTransfer
from gateway.compliance.tracing.categories import ZERO_ADDRESS, AddressBook, Label
from gateway.compliance.tracing.exposure import FAILURES, Question, Reason
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.labelling import labels_among
from gateway.compliance.tracing.looking import Told, look_up
from gateway.compliance.tracing.models import TracedTransfer
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.prices import Prices
from gateway.compliance.tracing.remembering import look_up_keep, look_up_recent
from gateway.compliance.tracing.tracing_metrics import LOOK_UPS
from gateway.compliance.tracing.transfers import Holding, Position, Transfer


@dataclass(frozen=True, slots=True)
class Gathered:
    """
    Attributes:
        failures: why the asked address itself, or the lists, could not be looked at.
        lists: versions of the lists looked at; '' while one is missing.
        head: number and hash of the block that the asked address was read at; None: it wasn't.
    """

    inputs: TraceInputs
    failures: tuple[Reason, ...]
    lists: str
    head: tuple[int, bytes] | None


@dataclass(slots=True)
class _Known:
    """What is gathered so far."""

    transfers: dict[Position, Transfer] = field(default_factory=dict)
    told: dict[bytes, Told] = field(default_factory=dict)
    gaps: dict[bytes, Reason] = field(default_factory=dict)
    labels: dict[bytes, list[Label]] = field(default_factory=dict)
    lists: str | None = ""


def gather(
    question: Question,
    *,
    chain: Chain,
    nodes: Nodes | None,
    prices: Prices,
    policy: TracePolicy,
    now: datetime,
) -> Gathered:
    """The inputs of a trace: breadth first, those who gave most first, each address once.

    Args:
        nodes: of the chain; None where none is configured, when only our own transfers are known.
    """
    known = _Known()
    tokens = {
        bytes(address): code
        for code, address in Token.objects.filter(
            chain_id=chain.id, address__isnull=False
        ).values_list("code", "address")
        if address is not None
    }
    deadline = time.monotonic() + policy.deadline_seconds
    level = [question.address]
    _label(known, level, chain=chain)
    for _ in range(policy.max_hops):
        for address in level:
            _look(
                known,
                address,
                question=question,
                chain=chain,
                nodes=nodes,
                tokens=tokens,
                prices=prices,
                policy=policy,
                deadline=deadline,
                now=now,
            )
        _own_transfers(known, level, chain=chain, prices=prices)
        at = set(level)
        # Senders of dust, too: of whom it was is said.
        senders = {one.sender for one in known.transfers.values() if one.recipient in at}
        _label(known, sorted(senders - known.labels.keys()), chain=chain)
        level = _givers(known, level, policy=policy)
        if not level:
            break
    return _gathered(known, question=question, policy=policy)


def _look(
    known: _Known,
    address: bytes,
    *,
    question: Question,
    chain: Chain,
    nodes: Nodes | None,
    tokens: Mapping[bytes, str],
    prices: Prices,
    policy: TracePolicy,
    deadline: float,
    now: datetime,
) -> None:
    """One address's transfers: as they were told lately, or by asking now."""
    if address in known.told or address == ZERO_ADDRESS:
        return
    if len(known.told) >= policy.max_addresses:
        known.gaps[address] = "addresses"
        return
    if time.monotonic() > deadline and known.told:
        known.gaps[address] = "time"
        return
    if nodes is None:
        known.gaps[address] = "node_failed"
        return
    payment = question.payment
    # Of the payer himself what happened up to his payment must be known, of others the day's.
    least = payment.position[0] if payment and address == question.address else 0
    told = look_up_recent(chain_id=chain.id, address=address, at_least_block=least, now=now)
    if told is None:
        told = look_up(
            nodes=nodes,
            address=address,
            tokens=tokens,
            block_seconds=chain.block_seconds,
            policy=policy,
            worth=prices.micros,
            deadline=deadline,
        )
        look_up_keep(told, chain_id=chain.id, address=address, now=now)
        LOOK_UPS.labels(str(chain.id), told.failure or told.cut or "whole").inc()
    known.told[address] = told
    known.gaps[address] = told.failure or told.cut or "unseen"
    is_asked = address == question.address
    for asset, one in (
        told.transfers if is_asked else _needed(told, address, prices=prices, policy=policy)
    ):
        _add(
            known,
            Transfer(
                chain_id=chain.id,
                asset=asset,
                sender=one.sender,
                recipient=one.recipient,
                units=one.units,
                block=one.block_number,
                log_index=one.log_index,
                tx_hash=one.tx_hash,
                value_micros=prices.micros(asset, one.units),
            ),
        )


def _needed(
    told: Told, address: bytes, *, prices: Prices, policy: TracePolicy
) -> list[tuple[str, ChainTransfer]]:
    """What of a look-up a trace needs: of an address like an exchange only as many payments, to as
    many, as show that it is one. Its thousands of others would be kept with every verdict."""
    if not told.is_busy:
        return told.transfers
    shown: dict[bytes, tuple[str, ChainTransfer]] = {}
    for asset, one in told.transfers:
        value = prices.micros(asset, one.units)
        if one.sender == address and (value is None or value >= policy.dust_micros):
            shown.setdefault(one.recipient, (asset, one))
    return list(shown.values())


def _own_transfers(
    known: _Known, addresses: Iterable[bytes], *, chain: Chain, prices: Prices
) -> None:
    """What these addresses gave the house and got from it, native coin too. One query."""
    wanted = list(addresses)
    rows = TracedTransfer.objects.filter(
        Q(sender__in=wanted) | Q(recipient__in=wanted), chain_id=chain.id
    )
    for row in rows:
        _add(
            known,
            Transfer(
                chain_id=chain.id,
                asset=row.asset,
                sender=bytes(row.sender),
                recipient=bytes(row.recipient),
                units=row.units,
                block=row.block_number,
                log_index=row.log_index,
                tx_hash=bytes(row.tx_hash),
                path=row.trace_path,
                value_micros=prices.micros(row.asset, row.units),
            ),
        )


def _add(known: _Known, transfer: Transfer) -> None:
    known.transfers.setdefault(transfer.position, transfer)


def _givers(known: _Known, level: list[bytes], *, policy: TracePolicy) -> list[bytes]:
    """Who gave these addresses more than dust, and was not looked at yet; the largest first."""
    at = set(level)
    given: dict[bytes, tuple[int, int]] = {}
    for one in known.transfers.values():
        told = known.told.get(one.recipient)
        if one.recipient not in at or told is None or told.is_busy:
            continue
        if one.sender in known.told or one.sender in known.labels:
            continue
        if one.value_micros is not None and one.value_micros < policy.dust_micros:
            continue
        value, units = given.get(one.sender, (0, 0))
        given[one.sender] = (value + (one.value_micros or 0), units + one.units)
    return sorted(given, key=lambda who: (-given[who][0], -given[who][1], who))


def _label(known: _Known, addresses: Iterable[bytes], *, chain: Chain) -> None:
    found = labels_among(list(addresses), chain=chain)
    for label in found.labels:
        known.labels.setdefault(label.address, []).append(label)
    known.lists = None if known.lists is None or found.lists is None else found.lists


def _gathered(known: _Known, *, question: Question, policy: TracePolicy) -> Gathered:
    told = known.told.get(question.address)
    failures: list[Reason] = []
    reason = known.gaps.get(question.address, "unseen")
    if question.address == ZERO_ADDRESS:
        failures.append("payer_unknown")
    elif reason in FAILURES:
        failures.append(reason)
    elif told is not None and question.payment and told.last_block < question.payment.position[0]:
        failures.append("node_failed")  # it has not come to the payment's block yet
    if known.lists is None:
        failures.append("lists_missing")
    book = AddressBook(one for same in known.labels.values() for one in same)
    return Gathered(
        inputs=TraceInputs(
            question=question,
            transfers=tuple(known.transfers.values()),
            labels=book.labels(),
            policy=policy,
            openings=_openings(known),
            gaps=dict(known.gaps),
        ),
        failures=tuple(failures),
        lists=known.lists or "",
        head=(told.last_block, told.head_hash) if told is not None and told.head_hash else None,
    )


def _openings(known: _Known) -> dict[Holding, int]:
    """What an address had before all we know of it: its balance at the head, less what it got and
    plus what it gave since."""
    openings: dict[Holding, int] = {
        (address, asset): units
        for address, told in known.told.items()
        for asset, units in told.balances.items()
    }
    for one in known.transfers.values():
        for address, change in ((one.sender, one.units), (one.recipient, -one.units)):
            holding = (address, one.asset)
            if holding in openings and one.block <= known.told[address].last_block:
                openings[holding] += change
    return {holding: units for holding, units in openings.items() if units > 0}
