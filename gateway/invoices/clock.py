"""What time alone changes: invoices expire, and monitoring ends. The chains' time, not ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from gateway.chains.selectors import chains_for_mode, processed_head_times
from gateway.invoices import locks
from gateway.invoices.advancing import advance, facts_of
from gateway.invoices.models import MODES

log = structlog.get_logger(__name__)

BATCH = 100


@dataclass(frozen=True, slots=True)
class ChainsTime:
    """How far all chains of a mode were listened to.

    Attributes:
        passed: every chain's processed head, less its grace, is later than this; None while a
            chain has not been listened to at all.
        slowest: the chain that holds the others up.
    """

    passed: datetime | None
    slowest: int | None


def chains_time(mode: str) -> ChainsTime:
    """The time that every watched chain of a mode has passed. Two queries."""
    graces = {chain.id: chain.grace_seconds for chain in chains_for_mode(mode)}
    return chains_time_of(graces, processed_head_times(mode))


def chains_time_of(grace_seconds: Mapping[int, int], heads: Mapping[int, datetime]) -> ChainsTime:
    """As ``chains_time``, from the chains' graces and the times of their heads. Pure.

    A chain that stands still holds everybody's expiry up: money may be under way on it.
    """
    unheard = [chain_id for chain_id in grace_seconds if chain_id not in heads]
    if unheard:
        return ChainsTime(passed=None, slowest=min(unheard))
    passed = {
        chain_id: heads[chain_id] - timedelta(seconds=grace)
        for chain_id, grace in grace_seconds.items()
    }
    if not passed:
        return ChainsTime(passed=None, slowest=None)
    slowest = min(passed, key=lambda chain_id: (passed[chain_id], chain_id))
    return ChainsTime(passed=passed[slowest], slowest=slowest)


def invoice_expire_due(*, now: datetime, batch: int = BATCH) -> int:
    """Judge the invoices whose lock or monitoring has ended on every watched chain.

    Expiry waits for the slowest chain, since a payment that was in time may still be unheard of,
    and says so in the log. How many were judged.
    """
    judged = 0
    for mode in MODES:
        time = chains_time(mode)
        if time.passed is None:
            continue
        if now - time.passed > timedelta(minutes=5):
            log.warning(
                "expiry_delayed",
                mode=mode,
                chain_id=time.slowest,
                behind_seconds=int((now - time.passed).total_seconds()),
            )
        while count := _judge(mode=mode, passed=time.passed, now=now, batch=batch):
            judged += count
    return judged


@transaction.atomic
def _judge(*, mode: str, passed: datetime, now: datetime, batch: int) -> int:
    """One batch, in a transaction of its own so that no invoice stays locked for long."""
    due = locks.due_for_judgement(mode=mode, before=passed, limit=batch)
    facts = facts_of([invoice.id for invoice in due])
    for invoice in due:
        invoice.time_over = invoice.lock_end < passed
        invoice.monitoring_over = invoice.monitoring_end < passed
        advance(invoice, now=now, facts=facts[invoice.id])
    return len(due)
