"""Why a list is not taken, each with a stable code."""

from gateway.events.errors import TillwayError


class ListError(TillwayError):
    """A list that must not be taken: the last good one stays in force."""

    code = "list_refused"
    message = "This list can't be used."
    status = 422


class ListUnreadable(ListError):
    """Something in the file says nothing we understand: it may be the line that matters."""

    code = "list_unreadable"
    message = "This file is not a list in the format that was named."
    hint = "Fetch it again, and see that it is the format's own file (`manage.py lists formats`)."


class ListTruncated(ListUnreadable):
    code = "list_truncated"
    message = "This file ends before its end."
    hint = "Fetch it again: the rest of it may name who pays next."
