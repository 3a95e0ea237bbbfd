"""Money of which nobody said who pays, where the Travel Rule wants to know it.

It is held like money of a listed payer, for a reason of its own. Two people let it go; or the
payer does, by saying it, if the lists name nobody then.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance import locks
from gateway.compliance.holds import hold_approve, hold_release
from gateway.compliance.mined_again import decided_before
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.screening import Payers
from gateway.compliance.traced import tell_held
from gateway.events.points import point
from gateway.events.services import hold_subjects

SOURCE: Final = "payer"
"""In the place of a list's name, in the matches of a verdict that this room gave."""
UNTOLD: Final = "payer_untold"
NAMED: Final = "payer_named"
"""Why: nobody said who pays; or a list may name who said so."""
BY_RULE: Final = "rule:travel"


@transaction.atomic
def deposit_hold_untold(*, payers: Payers, reason: str, now: datetime) -> Verdict | None:
    """Hold a deposit that the lists call clear. Again is the same; None if it is not clear, so
    that there is nothing to change.

    Args:
        reason: ``UNTOLD`` or ``NAMED``.
    """
    # Before the verdict, as everyone who tells of a deposit does: they would deadlock otherwise.
    hold_subjects([f"deposit:{payers.deposit_id}"])
    clear = locks.current_verdict(payers.deposit_id)
    if clear is None or clear.state != "clear":
        return None
    clear.current = False
    clear.save(update_fields=["current"])
    verdict = Verdict.objects.create(
        deposit_id=payers.deposit_id,
        shop_id=clear.shop_id,
        state="held",
        versions=clear.versions,
        versions_key=clear.versions_key,
        checked=clear.checked,
        stale=clear.stale,
        lists_checked_at=clear.lists_checked_at,
        matches=[_match(reason)],
        given_at=now,
    )
    hold = Hold.objects.create(
        verdict=verdict, deposit_id=payers.deposit_id, shop_id=clear.shop_id, opened_at=now
    )
    point("payer.untold")
    tell_held(verdict, hold, payers=payers, now=now)
    return verdict


def is_let_go(remined_from: UUID | None, *, reason: str) -> bool:
    """Whether a transfer was let go before a reorg had it mined again. No query if it was mined
    once, else one.

    Args:
        reason: for which it would be held now. Who let go money though a list may name its payer
            let it go untold too; the other way round nobody had looked at that name.
    """
    decided = decided_before(remined_from=remined_from, matches=[])
    if decided is None or decided.decision != "release":
        return False
    looked_at = {match["program"] for match in decided.verdict.matches if match["source"] == SOURCE}
    return not looked_at.isdisjoint({reason, NAMED})


def _match(reason: str) -> dict[str, str]:
    return {"address": "", "source": SOURCE, "name": "", "program": reason}


def holds_untold(deposit_ids: list[UUID]) -> list[UUID]:
    """Those of some deposits that are held, undecided, because nobody said who pays. One query."""
    held = Hold.objects.filter(
        deposit_id__in=deposit_ids,
        approved_at__isnull=True,
        verdict__matches__contains=[{"source": SOURCE, "program": UNTOLD}],
    )
    return list(held.order_by("deposit_id").values_list("deposit_id", flat=True))


@transaction.atomic
def hold_release_told(*, deposit_id: UUID, statement_id: UUID, now: datetime) -> Hold | None:
    """Let go what was held because nobody said who pays: somebody has. The lists of today still
    judge it when it is credited. None if it is not held for that, or people decided."""
    hold_subjects([f"deposit:{deposit_id}"])
    if not holds_untold([deposit_id]):
        return None
    reason = f"The payer said who they are: statement {statement_id}."
    hold_release(deposit_id=deposit_id, by=f"payer:{statement_id}", reason=reason, now=now)
    return hold_approve(deposit_id=deposit_id, by=BY_RULE, now=now)
