from gateway.events.errors import TillwayError


class LedgerError(TillwayError):
    code = "ledger_refused"
    message = "This entry can't be posted."
    status = 409


class Unbalanced(LedgerError):
    """The postings of an entry do not sum to zero in each asset: a programmer's error."""

    code = "entry_unbalanced"
    message = "An entry must sum to zero in every asset."
    status = 500


class EntryConflict(LedgerError):
    code = "entry_conflict"
    message = "Another entry was posted under this key."
    hint = "A correction is a new entry under a key of its own."


class EntryUnknown(LedgerError):
    code = "entry_unknown"
    message = "No entry was posted under this key."
    status = 404


class InsufficientBalance(LedgerError):
    code = "insufficient_balance"
    message = "The shop's balance does not cover this."
    hint = "See what can be drawn under balances."
    status = 422


class PendingResolved(LedgerError):
    """It was posted, voided or expired before, and something else is asked now."""

    code = "pending_resolved"
    message = "This pending entry was resolved before."
    hint = "Look at what became of it; a correction is a new entry."


class PendingExpired(LedgerError):
    """Posted after its end, or expired before it."""

    code = "pending_expired"
    message = "This pending entry can't be posted any more, or not be expired yet."
