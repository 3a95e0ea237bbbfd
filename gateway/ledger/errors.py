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


class PeriodClosed(LedgerError):
    """What is to be booked happened in a closed period, or the period to close is closed."""

    code = "period_closed"
    message = "That period is closed."
    hint = "A correction is a new entry of today; a closed period is never opened again."


class PeriodNotClosable(LedgerError):
    code = "period_not_closable"
    message = "That period can't be closed now."


class PeriodStillBooked(PeriodNotClosable):
    """It can once the transaction is over."""

    message = "Something may still be booked into that period."
    passes = True


class SessionsUnseen(LedgerError):
    """PostgreSQL shows a role when other roles' transactions began only if it may read that."""

    code = "sessions_unseen"
    message = "Other roles' open transactions can't be seen, so nobody knows what is complete."
    hint = "GRANT pg_read_all_stats to the owner of the tables: docs/how-to/production.md, step 3."
    status = 503


class FiatOfOtherMode(LedgerError):
    """Euros of test mode and live ones can't be told apart once they stand on one account."""

    code = "fiat_of_other_mode"
    message = "These books have money of banks in the other mode."
    hint = "A house goes live with a database of its own: docs/reference/books.md."
    status = 409


class EntryReversed(LedgerError):
    code = "entry_reversed"
    message = "This entry was reversed before."
    hint = "Post what is right as a new entry."


class EntryNotCorrectable(LedgerError):
    code = "entry_not_correctable"
    message = "This entry can't be reversed by hand."
    hint = "Reversals and closes of periods stand; post what is right as a new entry."


class AccountNotByHand(LedgerError):
    """The account follows a process of its own, which a manual entry would contradict."""

    code = "account_not_by_hand"
    message = "No entry by hand may touch this account."
    status = 422
