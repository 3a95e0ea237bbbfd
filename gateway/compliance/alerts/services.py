"""Raise an alert, and lay it aside once people have looked.

Written in the house's scope, whoever's request brought it up: no shop's session sees what is
suspected of anybody, not even in its own.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.severities import Severity, is_more_severe
from gateway.events.services import emit
from gateway.tenancy.scope import house_scope

KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
MAX_FINGERPRINT: Final = 200


class AlertMalformed(ValueError):
    """A kind or a fingerprint that can't be kept: a programmer's error."""


@transaction.atomic
def alert_raise(
    *,
    kind: str,
    about: str,
    fingerprint: str,
    mode: str,
    shop_id: UUID | None,
    severity: Severity,
    evidence: Mapping[str, Any],
    versions: Mapping[str, str],
    now: datetime,
) -> Alert:
    """Have people look at something: ``alert.raised`` tells the cases, and never a shop.

    The same again (mode, kind, about, fingerprint) while it is open is counted in the row there is
    and told nobody; more severe than before, it takes the new evidence and is told again.

    Args:
        about: ``deposit:<uuid>``, ``shop:<uuid>``, ``address:0x…``, ``subject:<uuid>``,
            ``payout:<uuid>``, ``list:<name>``.
        fingerprint: what makes it the same suspicion: a scenario's window, a listed entity's id.
        evidence: what was known; fractions, moments, bytes and ids are kept as text.
        versions: of the lists, rules and models that found it, by name: ``{"ofac": "3"}``.

    Raises:
        AlertMalformed, AboutUnreadable, NotCanonical: programmers' errors.
    """
    if KIND.fullmatch(kind) is None or not 0 < len(fingerprint) <= MAX_FINGERPRINT:
        raise AlertMalformed(f"{kind[:80]!r} with a fingerprint of {len(fingerprint)} characters")
    text = canonical(evidence)
    fresh = Alert(
        kind=kind,
        about=str(about_of(about)),
        fingerprint=fingerprint,
        mode=mode,
        shop_id=shop_id,
        severity=severity,
        evidence=text,
        evidence_hash=sha256(text.encode()).digest(),
        versions=dict(versions),
        raised_at=now,
        last_at=now,
    )
    with house_scope():
        while True:
            alert = _open_like(fresh)
            if alert is not None:
                return _again(alert, fresh)
            try:
                with transaction.atomic():
                    fresh.save(force_insert=True)
            except IntegrityError as error:
                if "compliance_alert_open_once" not in str(error):
                    raise
                continue  # somebody raised it in this moment: count it there
            _tell("alert.raised", fresh, now=now)
            return fresh


def _open_like(fresh: Alert) -> Alert | None:
    return (
        Alert.objects.select_for_update()
        .filter(
            mode=fresh.mode,
            kind=fresh.kind,
            about=fresh.about,
            fingerprint=fresh.fingerprint,
            closed_at__isnull=True,
        )
        .first()
    )


def _again(alert: Alert, fresh: Alert) -> Alert:
    """Count it once more in the locked row."""
    alert.times += 1
    alert.last_at = max(alert.last_at, fresh.last_at)
    changed = ["times", "last_at"]
    worse = is_more_severe(fresh.severity, alert.severity)
    if worse:
        alert.severity, alert.versions = fresh.severity, fresh.versions
        alert.evidence, alert.evidence_hash = fresh.evidence, fresh.evidence_hash
        changed += ["severity", "versions", "evidence", "evidence_hash"]
    alert.save(update_fields=changed)
    if worse:
        _tell("alert.raised", alert, now=fresh.last_at)
    return alert


@transaction.atomic
def alerts_close(*, alert_ids: Collection[UUID], now: datetime) -> int:
    """Lay alerts aside with the case that they were looked at in; how many were open.

    The same suspicion raised afterwards is a new alert.
    """
    with house_scope():
        found = Alert.objects.select_for_update().filter(
            id__in=list(alert_ids), closed_at__isnull=True
        )
        alerts = list(found.order_by("id"))
        Alert.objects.filter(id__in=[alert.id for alert in alerts]).update(closed_at=now)
        for alert in alerts:
            _tell("alert.closed", alert, now=now)
    return len(alerts)


def _tell(type: str, alert: Alert, *, now: datetime) -> None:
    """The house's own event: it is of no shop, so that no shop's reader ever meets it."""
    emit(
        type=type,
        subject=f"alert:{alert.id}",
        body={
            "alert_id": str(alert.id),
            "kind": alert.kind,
            "about": alert.about,
            "severity": alert.severity,
            "times": alert.times,
        },
        mode=alert.mode,
        now=now,
    )
