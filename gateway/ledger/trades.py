"""Post what owners trade in the house's own order book."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from gateway.ledger.journal import NewEntry, PostedEntry, entries_post
from gateway.ledger.postings import Posting


def trades_key(command_id: UUID) -> str:
    """The key of the entry that books all trades of one command."""
    return f"trades:{command_id}"


def trades_entry(
    *,
    command_id: UUID,
    market: str,
    by: str,
    sequences: Sequence[int],
    lines: Iterable[Posting],
) -> NewEntry:
    """All trades that a command made, as one entry.

    Args:
        by: who asked for it, and for which reason.
        sequences: of the fills in the market's book.
        lines: ``postings.trade`` of each.
    """
    return NewEntry(
        key=trades_key(command_id),
        kind="trade",
        postings=tuple(lines),
        refs={
            "command_id": str(command_id),
            "market": market,
            "by": by,
            "sequences": list(sequences),
        },
    )


def post_trades(entries: Sequence[NewEntry], *, now: datetime) -> list[PostedEntry]:
    """Entries of ``trades_entry``, in one statement."""
    return entries_post(entries, now=now)
