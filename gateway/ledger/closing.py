"""The close of a period: what the house earned and spent becomes its capital.

The row of the books' table: A: +fees −capital, and the expenses likewise, in every asset.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.postings import Posting, Postings, credit, debit, entry_of

RESULT_ACCOUNTS: Final[tuple[AccountName, ...]] = (
    accounts.fees(),
    accounts.gas(),
    accounts.venue_fees(),
    accounts.ramp_fees(),
    accounts.rounding(),
    accounts.losses(),
)
"""What a period earned and spent. ``desk`` isn't among them: it is inventory, in whose value lies
what trading made and lost."""


def period_closed(balances: Iterable[Posting]) -> Postings:
    """Bring each of these balances to zero, against the capital.

    Args:
        balances: an account with its balance, debits positive.
    """
    lines: list[Posting] = []
    for balance in balances:
        lines.append(credit(balance.account, balance.amount))
        lines.append(debit(accounts.capital(), balance.amount))
    return entry_of(*lines)


def post_period_closed(
    *, period: str, balances: Iterable[Posting], by: str, now: datetime
) -> PostedEntry:
    """Book the result of ``period`` (``2026-11``) into the capital."""
    return entry_post(
        key=f"period_closed:{period}",
        kind="period_closed",
        postings=period_closed(balances),
        refs={"period": period, "by": by},
        now=now,
    )
