from gateway.events.errors import TillwayError


class GasSettingsUnreadable(TillwayError):
    code = "gas_settings_unreadable"
    message = "GAS can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500


class RefillUnread(TillwayError):
    """A call succeeded and its receipt does not show what it did: nothing is booked by guess."""

    code = "refill_unread"
    message = "The receipt does not say what was unwrapped."
    status = 500
