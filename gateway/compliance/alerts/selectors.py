"""Questions about alerts."""

from collections.abc import Collection
from uuid import UUID

from gateway.compliance.alerts.models import Alert


def alerts_named(alert_ids: Collection[UUID]) -> list[Alert]:
    """These alerts, oldest first. One query, none for no id."""
    if not alert_ids:
        return []
    return list(Alert.objects.filter(id__in=list(alert_ids)).order_by("id"))


def open_alerts(*, about: str) -> list[Alert]:
    """What nobody has laid aside yet about somebody, oldest first. One query."""
    return list(Alert.objects.filter(about=about, closed_at__isnull=True).order_by("id"))
