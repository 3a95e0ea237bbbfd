"""Whether all that a house was asked for has come to its end."""

import time
from collections.abc import Iterable
from typing import Final

import psycopg

from tests.house.place import Place

SETTLE_SECONDS = 150.0
LOOKS = 3
LOOK_EACH_SECONDS = 1.0

UNDER_WAY: Final = {
    "events not handled": "SELECT count(*) FROM events_outbox",
    "deposits not final": (
        "SELECT count(*) FROM chains_deposit WHERE state IN ('seen', 'confirmed') AND units > 0"
    ),
    "transactions not ended": (
        "SELECT count(*) FROM chains_outgoingtransaction WHERE ended_at IS NULL"
    ),
    "payouts not ended": (
        "SELECT count(*) FROM settlement_payout WHERE ended_at IS NULL AND status <> 'requested'"
    ),
    "refunds not ended": (
        "SELECT count(*) FROM refunds_refund WHERE status IN ('claimed', 'approved', 'sending')"
    ),
    "webhooks not delivered": ("SELECT count(*) FROM webhooks_delivery WHERE state = 'pending'"),
    "deposits that wait for a look at the lists": (
        "SELECT count(*) FROM compliance_waitingdeposit"
    ),
}
"""What is still on its way to an end, each by the number of it."""
SOON = """
UPDATE webhooks_delivery SET due_at = now()
 WHERE state = 'pending' AND NOT trying AND due_at > now() + interval '6 seconds'
"""
"""The minutes between a webhook's later attempts pass at once."""


def wait_until_settled(place: Place, *, seconds: float = SETTLE_SECONDS) -> list[str]:
    """What never came to its end; empty once everything has, twice in a row."""
    deadline = time.monotonic() + seconds
    quiet = 0
    left: list[str] = ["the database did not answer"]
    while time.monotonic() < deadline:
        try:
            place.sql(SOON)
            left = [f"{n} {what}" for what, n in _counts(place) if n]
        except Exception as error:  # the database is being started again
            left = [f"no database: {error}"]
        quiet = 0 if left else quiet + 1
        if quiet == 2:
            return []
        time.sleep(0.5)
    return left


def _counts(place: Place) -> Iterable[tuple[str, int]]:
    for what, query in UNDER_WAY.items():
        [(count,)] = place.sql(query)
        yield what, count


def is_at_rest(place: Place) -> bool:
    """Nothing is under way at several looks; a database that does not answer is no rest."""
    for _ in range(LOOKS):
        try:
            if any(count for _, count in _counts(place)):
                return False
        except psycopg.Error:
            return False
        time.sleep(LOOK_EACH_SECONDS)
    return True
