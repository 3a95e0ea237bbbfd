"""Bring a shop to the ramp's own pages, and ask the ramp how its accounts are. Over the network:
never in a transaction."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from gateway.events.errors import TillwayError
from gateway.events.points import point
from gateway.ramps import accounts
from gateway.ramps.configuration import configured_ramp
from gateway.ramps.models import RampAccount
from gateway.ramps.terms import Link

log = structlog.get_logger(__name__)

AGAIN: Final = timedelta(minutes=5)
TURN: Final = 100


def onboarding_link(
    *,
    shop_id: UUID,
    mode: str,
    ramp: str,
    return_url: str,
    refresh_url: str,
    now: datetime,
) -> Link:
    """A new link to where the shop tells the ramp about itself; its account is made if need be.

    The account is asked for under its row's id, so that a second click, or one after a crash, finds
    the first one's account.

    Raises:
        RampNotOffered, RampsUnreadable: there is no such ramp for the shop.
        RampDown, RampRefused: it gives none now.
    """
    place = configured_ramp(ramp)
    row = accounts.account_want(shop_id=shop_id, mode=mode, ramp=ramp, now=now)
    if not row.remote_id:
        is_first = accounts.account_ask(account_id=row.id, now=now)
        point("account.asked")
        found = None if is_first else place.account_find(shop_id=shop_id)
        status = found or place.account_open(shop_id=shop_id, key=f"tillway:account:{row.id}")
        point("account.answered")
        row = accounts.account_told(account_id=row.id, status=status, asked_at=now, now=now)
    return place.onboarding_link(
        account=row.remote_id, return_url=return_url, refresh_url=refresh_url
    )


def accounts_refresh(*, now: datetime) -> int:
    """Ask about every account that is due; how many were asked about."""
    due = RampAccount.objects.filter(due_at__lte=now).exclude(remote_id="").order_by("due_at")
    rows = list(due[:TURN])
    for row in rows:
        account_refresh(row, now=now)
    return len(rows)


def account_refresh(row: RampAccount, *, now: datetime) -> RampAccount:
    """Ask about one account; where the ramp does not answer, what we knew stays."""
    try:
        status = configured_ramp(row.ramp).account_status(account=row.remote_id)
    except TillwayError as trouble:
        log.warning("ramp_account_waits", account=str(row.id), detail=str(trouble)[:300])
        accounts.note_trouble(account_id=row.id, error=str(trouble), due_at=now + AGAIN)
        return row
    return accounts.account_told(account_id=row.id, status=status, asked_at=now, now=now)
