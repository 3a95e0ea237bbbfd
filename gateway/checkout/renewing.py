"""Whoever made an invoice may have a say before a shopper has it drawn anew: rooms above, by what
the invoice's ``created_by`` begins with."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

Check = Callable[[UUID, datetime], None]
"""Raises a TillwayError to refuse; in no transaction of the caller's."""

_checks: dict[str, Check] = {}


def register(maker: str, check: Check) -> None:
    """Have ``check`` asked about invoices made by ``maker:…``. Called when a room starts."""
    _checks[maker] = check


def renewal_check(*, created_by: str, invoice_id: UUID, now: datetime) -> None:
    """Ask who made it. No query of its own.

    Raises:
        TillwayError: not now.
    """
    check = _checks.get(created_by.partition(":")[0])
    if check is not None:
        check(invoice_id, now)
