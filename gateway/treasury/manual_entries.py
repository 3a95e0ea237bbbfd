"""Entries by hand in the books: two people agree to the very lines, and they are booked then.

What an entry would take from a shop is set aside as soon as it is proposed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.configuration import approval_rules, house_mode
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.events.ids import uuid7
from gateway.ledger.accounts import AccountName
from gateway.ledger.errors import PendingResolved
from gateway.ledger.manual import manual_entry_pend, manual_entry_post, manual_key
from gateway.ledger.pending import pending_void
from gateway.ledger.postings import Posting
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

KIND = "manual_entry"
SPARE = timedelta(days=1)
"""How much longer what is set aside waits than the act that would post it."""


@transaction.atomic
def manual_entry_propose(
    *,
    postings: Sequence[Posting],
    reason: str,
    documents: Sequence[str],
    by: UUID,
    now: datetime,
    shop_id: UUID | None = None,
) -> Act:
    """Propose an entry by hand.

    Args:
        documents: what proves it: numbers of statements, names of files.
        shop_id: whose statement it belongs to; the act is the house's all the same.

    Raises:
        AccountNotByHand, Unbalanced, InsufficientBalance, LedgerError: the books won't have it.
        ActReasonMissing
    """
    body = {
        "reference": str(uuid7()),
        "lines": [
            {
                "account": line.account,
                "asset": line.amount.asset.code,
                "decimals": line.amount.asset.decimals,
                "units": str(line.amount.units),
            }
            for line in postings
        ],
        "reason": reason.strip(),
        "by": f"user:{by}",
        "documents": list(documents),
        "shop_id": str(shop_id) if shop_id else None,
    }
    rules = approval_rules(house_mode())
    waits = rules.delay_of(KIND) + 2 * timedelta(seconds=rules.lifetime_seconds) + SPARE
    manual_entry_pend(**_told(body), expires_at=now + waits, now=now)
    return act_propose(
        kind=KIND,
        subject=f"entry:{body['reference']}",
        payload=body,
        reason=reason,
        maker=by,
    )


def manual_entry_agreed(act: Act, now: datetime) -> None:
    """Book it, as it was agreed to. Raises what ``manual_entry_post`` does."""
    manual_entry_post(**_told(act.body), now=now)


def manual_entry_refused(act: Act, now: datetime) -> None:
    """Let what was set aside go."""
    try:
        with transaction.atomic():
            pending_void(key=manual_key(act.body["reference"]), now=now)
    except PendingResolved:
        return


ACT = ActKind(name=KIND, carry_out=manual_entry_agreed, call_off=manual_entry_refused)


def _told(body: dict[str, Any]) -> dict[str, Any]:
    """What the ledger's verbs are told: the same when it is proposed and when it is booked."""
    return {
        "reference": body["reference"],
        "postings": [
            Posting(
                AccountName(line["account"]),
                Amount(int(line["units"]), Asset(line["asset"], line["decimals"])),
            )
            for line in body["lines"]
        ],
        "reason": body["reason"],
        "by": body["by"],
        "documents": body["documents"],
        "shop_id": UUID(body["shop_id"]) if body["shop_id"] else None,
    }
