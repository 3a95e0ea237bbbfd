"""What can be refused about an auditor's bundle."""

from gateway.events.errors import TillwayError


class PeriodNotOver(TillwayError):
    code = "period_not_over"
    message = (
        "The period's last day is not over for an hour yet: entries may still be booked in it."
    )
    hint = "Take a bundle of days that are over."
    field = "last"


class BooksUnproved(TillwayError):
    """The journal doesn't lead from one trial balance to the other: nothing is given out."""

    code = "books_unproved"
    hint = "Run manage.py ledger_check, and reconcile."
    status = 500
