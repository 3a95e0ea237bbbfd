"""Write down what happened, once, and have it looked at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.scenarios.models import ObservationRow, WaitingObservation
from gateway.compliance.scenarios.valuing import UNKNOWN, Worth

NOBODY: Final = f"0x{'0' * 40}"
"""How a chain's watcher writes a payer whom the chain does not name."""


def shop_key(shop_id: UUID | str) -> str:
    return f"shop:{shop_id}"


def address_key(address: str | None) -> str:
    """ "" for nobody."""
    told = (address or "").lower()
    return f"address:{told}" if told and told != NOBODY else ""


@transaction.atomic
def observation_keep(
    *,
    event_id: UUID,
    mode: str,
    kind: str,
    at: datetime,
    shop_id: UUID | None,
    source: str,
    target: str,
    worth: Worth = UNKNOWN,
    facts: Mapping[str, Any] | None = None,
) -> bool:
    """Keep it, and have both ends' histories looked at; False if the event is known already. Three
    statements at most."""
    row = ObservationRow(
        event_id=event_id,
        mode=mode,
        kind=kind,
        at=at,
        shop_id=shop_id,
        source=source,
        target=target,
        cents=worth.cents,
        valued_by=worth.known_by,
        facts=dict(facts or {}),
    )
    ObservationRow.objects.bulk_create([row], ignore_conflicts=True)
    if not ObservationRow.objects.filter(id=row.id).exists():
        return False
    ends = sorted({source, target} - {""})
    WaitingObservation.objects.bulk_create(
        [WaitingObservation(mode=mode, subject=end, observation=row) for end in ends]
    )
    return True


def latest_facts(kind: str, target: str, mode: str) -> dict[str, Any] | None:
    """What the latest observation of a kind about somebody said. One query."""
    rows = ObservationRow.objects.filter(mode=mode, target=target, kind=kind)
    latest = rows.order_by("-at", "-id").first()
    return None if latest is None else dict(latest.facts)
