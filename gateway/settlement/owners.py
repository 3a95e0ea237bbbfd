"""Whether a payout may go to whoever is behind its shop, by what the lists say of their names."""

from datetime import datetime, timedelta
from typing import Final

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.alerts.severities import Severity
from gateway.compliance.knowing.behind import names_behind
from gateway.custody.approvals.configuration import house_mode
from gateway.settlement.models import Payout
from gateway.tenancy.scope import house_scope

ALERT_KIND: Final = "payout_to_match"
UNSAID_KIND: Final = "payout_unsaid"
UNSAID_AFTER: Final = timedelta(hours=1)
"""An index is built, and a changed list brought to everybody, in minutes."""


def owners_let_pay(payout: Payout, *, now: datetime) -> bool:
    """Whether money may go to a locked payout's shop: nobody behind it is called like one on a list
    in force, or people said that it is somebody else. In the transaction that sends.

    Where it may not, officers hear of it, once for each payout; the shop reads no more than that a
    check is being made. Test money goes also while nobody can say; live money waits then, and they
    hear of it once that lasts for longer than an hour.
    """
    if payout.mode != house_mode():
        return True  # a test shop of a house that takes real money
    behind = names_behind(payout.shop_id)
    for about in behind.matched:
        _tell_officers(payout, kind=ALERT_KIND, about=about, severity="high", now=now)
    if behind.state == "unknown" and payout.mode == "live" and _waits_long(payout, now=now):
        about = f"payout:{payout.id}"
        _tell_officers(payout, kind=UNSAID_KIND, about=about, severity="medium", now=now)
    return behind.state == "clear" or (behind.state == "unknown" and payout.mode == "test")


def _waits_long(payout: Payout, *, now: datetime) -> bool:
    """Whether it was let wait for a check before, and could have gone for so long."""
    since = payout.approved_at or payout.requested_at
    return payout.waiting_reason == "payment_check" and now - since > UNSAID_AFTER


def _tell_officers(
    payout: Payout, *, kind: str, about: str, severity: Severity, now: datetime
) -> None:
    fingerprint = f"payout:{payout.id}"
    told = Alert.objects.filter(kind=kind, about=about, fingerprint=fingerprint)
    with house_scope():
        if told.exists():  # laid aside or not: it waits for what people say of the name
            return
    alert_raise(
        kind=kind,
        about=about,
        fingerprint=fingerprint,
        mode=payout.mode,
        shop_id=payout.shop_id,
        severity=severity,
        evidence={
            "payout_id": payout.id,
            "asset": payout.asset,
            "units": str(payout.units),
        },
        versions={},
        now=now,
    )
