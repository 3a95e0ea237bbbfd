"""How cases ended, for the room below that asks whether its alerts were worth it."""

from collections.abc import Collection

from gateway.compliance.cases.models import Case
from gateway.compliance.scenarios.endings import Ending


def endings_told(mode: str, abouts: Collection[str]) -> list[Ending]:
    """The closed cases about some subjects, oldest first. One query."""
    rows = Case.objects.filter(mode=mode, about__in=list(abouts), state="closed").order_by("id")
    return [
        Ending(
            about=row.about,
            opened_at=row.opened_at,
            last_alert_at=row.last_alert_at,
            disposition=row.disposition,
        )
        for row in rows
    ]
