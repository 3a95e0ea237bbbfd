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


class FormatUnknown(ListError):
    code = "list_format_unknown"
    message = "There is no format of this name."
    hint = "See `manage.py lists formats`."


class ListUnreachable(ListError):
    """No look at the list: it grows older, and nothing is said about its content."""

    code = "list_unreachable"
    message = "The list can't be fetched."
    hint = "It is tried again; after a day without a good look it is stale."
    status = 502


class ListTooLarge(ListError):
    code = "list_too_large"
    message = "This file is larger than it may be."
    hint = "If the list really grew so much, raise its max_mb."


class ListMishashed(ListError):
    code = "list_mishashed"
    message = "This file is not the one that its publisher gives the hash of."
    hint = "Fetch it again; if it stays so, ask the publisher."


class ListBadlySigned(ListError):
    code = "list_badly_signed"
    message = "This file is not signed by its publisher."
    hint = "Fetch it again; if it stays so, ask the publisher, and change no key in a hurry."
