"""Where the traces of wallets meet the lists and the holds, which are above them.

The tracer asks whom the lists in force name; and what it asks to be kept, by ``trace.hold_asked``,
is held here like money of a listed payer: two people decide about it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.compliance import locks
from gateway.compliance.errors import ListsMissing
from gateway.compliance.mined_again import decided_before
from gateway.compliance.models import Hold, ListedAddress, ListSource, Verdict
from gateway.compliance.screening import Payers, deposit_screen, payers_of
from gateway.compliance.tracing.categories import Label
from gateway.compliance.tracing.listings import Listed
from gateway.compliance.tracing.selectors import wallet_verdict_get
from gateway.events.points import point
from gateway.events.services import emit, hold_subjects
from gateway.events.subscriptions import EventRecord

SOURCE: Final = "trace"
"""In the place of a list's name, in the matches of a verdict that a trace held."""


def listed_labels(addresses: Collection[bytes]) -> Listed | None:
    """Labels of those among some addresses whom the lists name, or named once. Two queries.

    None while a list is missing: nobody can be said not to be listed then.
    """
    sources = list(ListSource.objects.filter(enabled=True).order_by("name"))
    if not sources or any(source.version_id is None for source in sources):
        return None
    in_force = {source.version_id: f"{source.name}#{source.number}" for source in sources}
    labels: dict[bytes, list[Label]] = {}
    rows = ListedAddress.objects.filter(address__in=list(addresses)).select_related("version")
    for row in rows.order_by("address", "version_id"):
        is_in_force = row.version_id in in_force
        labels.setdefault(bytes(row.address), []).append(
            Label(
                address=bytes(row.address),
                category="sanctioned",
                status="listed" if is_in_force else "delisted",
                name=row.name,
                source=in_force.get(
                    row.version_id, f"{row.version.source_id}#{row.version.number}"
                ),
            )
        )
    return Listed(
        labels=tuple(label for same in labels.values() for label in _that_count(same)),
        versions=",".join(in_force[source.version_id] for source in sources),
    )


def _that_count(labels: list[Label]) -> list[Label]:
    """The labels of today; of who isn't listed any more the last one."""
    listed = [label for label in labels if label.status == "listed"]
    return listed or labels[-1:]


def on_hold_asked(event: EventRecord) -> None:
    deposit_hold_traced(
        deposit_id=UUID(event.body["deposit_id"]),
        wallet_verdict_id=UUID(event.body["wallet_verdict_id"]),
        now=timezone.now(),
    )


@transaction.atomic
def deposit_hold_traced(*, deposit_id: UUID, wallet_verdict_id: UUID, now: datetime) -> Hold | None:
    """Hold a deposit whose money is a listed one's by the trace, if it is not final yet.

    None if nothing is to be done: it is final or orphaned, it is held already, or people decided
    about it, or let it go before a reorg had it mined again. Again is the same.

    Raises:
        ListsMissing: it has no verdict yet, so nothing is credited; it is tried again.
    """
    payers = payers_of(deposit_id)
    # Before the verdict, as everyone who tells of a deposit does: they would deadlock otherwise.
    hold_subjects([f"deposit:{deposit_id}"])
    if deposit_screen(payers=payers, now=now) is None:
        raise ListsMissing
    clear = locks.current_verdict(deposit_id)
    if clear is None or clear.state != "clear" or _is_past(deposit_id):
        return None
    traced = wallet_verdict_get(wallet_verdict_id)
    matches = [
        {
            "address": checksum(bytes(traced.address)),
            "source": SOURCE,
            "name": str(traced.id),
            "program": traced.reasons[0],
        }
    ]
    decided = decided_before(remined_from=payers.remined_from, matches=matches)
    if decided is not None and decided.decision == "release":
        return None
    clear.current = False
    clear.save(update_fields=["current"])
    verdict = Verdict.objects.create(
        deposit_id=deposit_id,
        shop_id=clear.shop_id,
        state="held",
        versions=clear.versions,
        versions_key=clear.versions_key,
        checked=clear.checked,
        stale=clear.stale,
        lists_checked_at=clear.lists_checked_at,
        matches=matches,
        given_at=now,
    )
    hold = Hold.objects.create(
        verdict=verdict, deposit_id=deposit_id, shop_id=clear.shop_id, opened_at=now
    )
    point("trace.held")
    tell_held(verdict, hold, payers=payers, now=now)
    return hold


def _is_past(deposit_id: UUID) -> bool:
    # Not locked: who credits it locks it before the verdict. Held a moment too late, it is held
    # as one that a changed list names.
    state = Deposit.objects.values_list("state", flat=True).get(id=deposit_id)
    return state in ("final", "orphaned")


def tell_held(verdict: Verdict, hold: Hold, *, payers: Payers, now: datetime) -> None:
    """As of any other held deposit: what, by which lists, and never why. In the caller's
    transaction."""
    bodies = {
        "verdict.given": {
            "deposit_id": str(payers.deposit_id),
            "verdict_id": str(verdict.id),
            "state": verdict.state,
            "versions": verdict.versions,
        },
        "hold.opened": {
            "deposit_id": str(payers.deposit_id),
            "verdict_id": str(verdict.id),
            "hold_id": str(hold.id),
        },
    }
    for kind, body in bodies.items():
        emit(
            type=kind,
            subject=f"deposit:{payers.deposit_id}",
            body=body,
            mode=payers.mode,
            shop_id=payers.shop_id,
            lane=payers.lane,
            now=now,
        )
