"""End what nobody answered, and what nobody could check: what was sent goes with it."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from gateway.compliance.presenting.life import LOOKED_AT_WITHIN, OPEN
from gateway.compliance.presenting.models import Presentation, StatusListCopy
from gateway.compliance.presenting.telling import presentation_tell

AT_ONCE: Final = 200


def presentation_expire(row: Presentation, *, now: datetime) -> None:
    """In the caller's transaction, under the row's lock."""
    row.state, row.answer_box, row.decided_at = "expired", None, now
    row.save(update_fields=["state", "answer_box", "decided_at"])
    presentation_tell(row, now=now)


@transaction.atomic
def presentations_expire(*, now: datetime) -> int:
    """Those that are over by the clock; how many. Also forgets lists that are no longer fresh."""
    late = Q(state="asked", expires_at__lte=now)
    unchecked = Q(state="answered", answered_at__lte=now - LOOKED_AT_WITHIN)
    rows = Presentation.objects.select_for_update(skip_locked=True, of=("self",))
    found = list(rows.filter(late | unchecked).order_by("id")[:AT_ONCE])
    for row in found:
        presentation_expire(row, now=now)
    StatusListCopy.objects.filter(fresh_until__lte=now).delete()
    return len(found)


def subject_presentations_end(subject_id: str, *, now: datetime) -> None:
    """Of somebody who has nothing to do with the shop any more, or was erased. In the caller's
    transaction."""
    rows = Presentation.objects.select_for_update(of=("self",))
    for row in rows.filter(subject_id=subject_id, state__in=OPEN):
        presentation_expire(row, now=now)
