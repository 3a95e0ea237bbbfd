"""Give deposits their verdicts: who sent the money, against the lists in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.compliance import locks
from gateway.compliance.freshness import freshness
from gateway.compliance.mined_again import OUTCOMES, decided_before, known
from gateway.compliance.models import (
    CheckedAddress,
    Hold,
    ListedAddress,
    ListSource,
    Verdict,
    WaitingDeposit,
)
from gateway.events.points import point
from gateway.events.services import emit, hold_subjects

UNKNOWN_PAYER = {"address": "", "source": "chain", "name": "", "program": "payer_unknown"}
"""Unknown is a verdict of its own, never a false "clear"."""


@dataclass(frozen=True, slots=True)
class Payers:
    """Who is behind a deposit: whom the transfer debits and who signed the transaction.

    ``remined_from`` is the deposit that it was before a reorg took that one out.
    """

    deposit_id: UUID
    shop_id: UUID | None
    mode: str
    addresses: tuple[bytes, ...]
    lane: str | None = None
    remined_from: UUID | None = None


@transaction.atomic
def deposit_screen(*, payers: Payers, now: datetime) -> Verdict | None:
    """The verdict on a deposit by the lists in force; given now if it has none, or an older one.

    None while a list is missing: then nothing may be credited, and the deposit waits in line for
    the next list. A list that nobody checked for a day is used as it was last good, and the
    verdict says so: money that is here already is judged all the same. The lists stay locked FOR
    SHARE to the end of the transaction, so what is posted in it was clear by the lists in force
    when it commits.
    """
    # Before the verdict, as everyone who tells of a deposit does: they would deadlock otherwise.
    hold_subjects([f"deposit:{payers.deposit_id}"])
    sources = locks.sources_in_force()
    if not _complete(sources):
        _wait(payers, now=now)
        return None
    current = locks.current_verdict(payers.deposit_id)
    key = _versions_key(sources)
    # A held one waits for people, whatever the lists say by now.
    if current is not None and (current.versions_key == key or current.state not in _REVISABLE):
        return current
    matches = _matches(payers.addresses, sources)
    if current is not None:
        if current.state == "released" and known(matches, current.matches):
            return current
        current.current = False
        current.save(update_fields=["current"])
    return _give(payers=payers, sources=sources, matches=matches, key=key, now=now)


_REVISABLE = frozenset({"clear", "released"})


def verdict_for_update(*, deposit_id: UUID, now: datetime) -> Verdict | None:
    """As ``deposit_screen``, for who holds the deposit's id only. One query more."""
    return deposit_screen(payers=payers_of(deposit_id), now=now)


def payers_of(deposit_id: UUID) -> Payers:
    """Who is behind a deposit. One query."""
    deposit = Deposit.objects.select_related("chain").get(id=deposit_id)
    return payers_from(deposit)


def payers_from(deposit: Deposit) -> Payers:
    """Who is behind a deposit whose chain is at hand. No query."""
    return Payers(
        deposit_id=deposit.id,
        shop_id=deposit.shop_id,
        mode=deposit.chain.mode,
        addresses=_distinct(
            behind(
                sender=bytes(deposit.sender),
                tx_sender=bytes(deposit.tx_sender),
                relayer=bytes(deposit.chain.treasury),
            )
        ),
        lane=lane_of(deposit.invoice_id),
        remined_from=deposit.remined_from_id,
    )


def behind(*, sender: bytes, tx_sender: bytes, relayer: bytes) -> tuple[bytes, ...]:
    """Whom the transfer debits and who sent the transaction.

    Not the house's own account where it relays what another signed (EIP-3009): that one lends its
    gas and is no party to the payment. Who is debited is judged all the same, and a transaction of
    the house's that debits nobody we can name stays the house's.
    """
    if tx_sender == relayer and any(sender):
        return (sender,)
    return (sender, tx_sender)


def lane_of(invoice_id: UUID | None) -> str | None:
    """The lane of what is told of a deposit: its invoice's, where it has one."""
    return f"invoice:{invoice_id}" if invoice_id else None


@transaction.atomic
def deposit_rescreen(*, deposit_id: UUID, now: datetime) -> Verdict | None:
    """Judge a deposit that waits for it: its list was missing, or a changed one touches it.

    A verdict that no longer holds is followed by a new one. What people hold stays held; whether
    the lists in force still name its payers is noted for them (``hold.delisted``, ``.relisted``).
    None while a list is missing, when it waits on, and for an orphaned deposit: mined again, it is
    a deposit of its own. Again is the same.
    """
    hold_subjects([f"deposit:{deposit_id}"])
    deposit = Deposit.objects.select_related("chain").get(id=deposit_id)
    verdict = None
    if deposit.state != "orphaned":
        payers = payers_from(deposit)
        verdict = deposit_screen(payers=payers, now=now)
        if verdict is None:
            return None
        if verdict.state in _KEPT:
            _note_standing(verdict, payers=payers, now=now)
    WaitingDeposit.objects.filter(deposit_id=deposit_id).delete()
    return verdict


_KEPT = frozenset({"held", "blocked"})


def _note_standing(verdict: Verdict, *, payers: Payers, now: datetime) -> None:
    """Tell people when the lists stop, or start again, naming the payers of money they keep."""
    hold = locks.hold_of_verdict(verdict.id)
    is_delisted = not _matches(payers.addresses, locks.sources_in_force())
    if is_delisted == (hold.delisted_at is not None):
        return
    hold.delisted_at = now if is_delisted else None
    hold.save(update_fields=["delisted_at"])
    emit(
        type="hold.delisted" if is_delisted else "hold.relisted",
        subject=f"deposit:{payers.deposit_id}",
        body={"deposit_id": str(payers.deposit_id), "hold_id": str(hold.id)},
        mode=payers.mode,
        shop_id=payers.shop_id,
        lane=payers.lane,
        now=now,
    )


def _wait(payers: Payers, *, now: datetime) -> None:
    """Stand in line for the next list. Two queries."""
    again = Verdict.objects.filter(deposit_id=payers.deposit_id, current=True).exists()
    waiting = WaitingDeposit(
        deposit_id=payers.deposit_id, shop_id=payers.shop_id, since=now, again=again
    )
    WaitingDeposit.objects.bulk_create(
        [waiting],
        update_conflicts=True,
        unique_fields=["deposit_id"],
        update_fields=["called"],
    )


def lists_complete() -> bool:
    """Whether there is a list at all, and each one that should be there is. One query."""
    return _complete(list(ListSource.objects.filter(enabled=True)))


def _complete(sources: Sequence[ListSource]) -> bool:
    return bool(sources) and all(source.version_id is not None for source in sources)


def _versions_key(sources: Sequence[ListSource]) -> str:
    return ",".join(f"{source.name}#{source.number}" for source in sources)


def _distinct(addresses: Iterable[bytes]) -> tuple[bytes, ...]:
    # No sender, or the zero address, stands for "the chain does not say": a balance that grew
    # without a trace. A mint names its transaction's sender all the same.
    return tuple(dict.fromkeys(address for address in addresses if any(address)))


def _matches(addresses: tuple[bytes, ...], sources: Sequence[ListSource]) -> list[dict[str, str]]:
    """Why people must look: listed payers, or a payer whom nothing names."""
    if not addresses:
        return [UNKNOWN_PAYER]
    names = {source.version_id: source.name for source in sources}
    listed = ListedAddress.objects.filter(address__in=addresses, version_id__in=list(names))
    return [
        {
            "address": checksum(bytes(row.address)),
            "source": names[row.version_id],
            "name": row.name,
            "program": row.program,
        }
        for row in listed.order_by("address", "version_id")
    ]


def _give(
    *,
    payers: Payers,
    sources: Sequence[ListSource],
    matches: list[dict[str, str]],
    key: str,
    now: datetime,
) -> Verdict:
    rests_on = freshness((source.checked_at for source in sources), now=now)
    decided = decided_before(remined_from=payers.remined_from, matches=matches) if matches else None
    state = "clear"
    if matches:
        state = "held" if decided is None else OUTCOMES[decided.decision]
    verdict = Verdict.objects.create(
        deposit_id=payers.deposit_id,
        shop_id=payers.shop_id,
        state=state,
        versions=[
            {
                "source": source.name,
                "number": source.number,
                "hash": bytes(source.version_hash or b"").hex(),
            }
            for source in sources
        ],
        versions_key=key,
        checked=[checksum(address) for address in payers.addresses],
        matches=matches,
        stale=rests_on.stale,
        lists_checked_at=rests_on.checked_at,
        given_at=now,
    )
    CheckedAddress.objects.bulk_create(
        [
            CheckedAddress(address=address, deposit_id=payers.deposit_id)
            for address in payers.addresses
        ],
        ignore_conflicts=True,
    )
    hold = _hold(verdict, decided=decided, now=now) if matches else None
    point("verdict.given")
    emit(
        type="verdict.given",
        subject=f"deposit:{payers.deposit_id}",
        body=_body(verdict),
        mode=payers.mode,
        shop_id=payers.shop_id,
        lane=payers.lane,
        now=now,
    )
    if hold is not None and decided is None:
        emit(
            type="hold.opened",
            subject=f"deposit:{payers.deposit_id}",
            body={
                "deposit_id": str(payers.deposit_id),
                "verdict_id": str(verdict.id),
                "hold_id": str(hold.id),
            },
            mode=payers.mode,
            shop_id=payers.shop_id,
            lane=payers.lane,
            now=now,
        )
    return verdict


def _hold(verdict: Verdict, *, decided: Hold | None, now: datetime) -> Hold:
    """People are asked; or what they decided about the same transfer is written down again."""
    hold = Hold(
        verdict=verdict, deposit_id=verdict.deposit_id, shop_id=verdict.shop_id, opened_at=now
    )
    if decided is not None:
        hold.decision, hold.reason = decided.decision, decided.reason
        hold.proposed_by, hold.proposed_at = decided.proposed_by, decided.proposed_at
        hold.approved_by, hold.approved_at = decided.approved_by, decided.approved_at
    hold.save(force_insert=True)
    return hold


def _body(verdict: Verdict) -> dict[str, Any]:
    """What the event says: what and by which lists, never why."""
    return {
        "deposit_id": str(verdict.deposit_id),
        "verdict_id": str(verdict.id),
        "state": verdict.state,
        "versions": verdict.versions,
    }
