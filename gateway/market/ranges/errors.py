from gateway.events.errors import TillwayError


class RangeUnknown(TillwayError):
    code = "range_unknown"
    message = "There is no such range."
    hint = "`manage.py ranges list` names them."
    status = 404


class RangeNotOpen(TillwayError):
    code = "range_not_open"
    message = "Only an open range can be taken back."
    status = 409


class RangesSettingsUnreadable(TillwayError):
    code = "ranges_settings_unreadable"
    message = "RANGES can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500


class RangeUnread(TillwayError):
    """A call succeeded and its receipt does not show what it did: nothing is booked by guess."""

    code = "range_unread"
    message = "The receipt does not say what the range took or gave."
    status = 500
