"""Questions about destinations."""

from uuid import UUID

from gateway.compliance.destinations.models import DestinationVerdict


def destination_verdicts(address: bytes, *, limit: int = 20) -> list[DestinationVerdict]:
    """What was said of an address that money was to go to, newest first. One query."""
    rows = DestinationVerdict.objects.filter(address=address).select_related("release")
    return list(rows.order_by("-id")[:limit])


def destination_verdict(verdict_id: UUID) -> DestinationVerdict | None:
    """One query."""
    return DestinationVerdict.objects.select_related("release").filter(id=verdict_id).first()
