"""What can be wrong with what is asked of a report."""

from gateway.events.errors import TillwayError


class PeriodUpsideDown(TillwayError):
    code = "period_upside_down"
    message = "The last day lies before the first."
    hint = "Exchange first and last."
    field = "last"


class PeriodTooLong(TillwayError):
    code = "period_too_long"
    hint = "Ask for a shorter period, as often as you need."
    field = "last"


class AccountUnreadable(TillwayError):
    code = "account_unreadable"
    hint = "Use the account as your bookkeeping program names it; DATEV takes 4 to 9 digits."


class DatevHeadMissing(TillwayError):
    code = "datev_head_missing"
    message = "DATEV needs the accountant's number, the client's, and when the year begins."
    hint = "Give consultant, client and year_begins."
    field = "consultant"
