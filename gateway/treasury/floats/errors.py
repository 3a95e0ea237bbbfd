from gateway.events.errors import TillwayError


class FloatSettingsUnreadable(TillwayError):
    code = "float_settings_unreadable"
    message = "FLOATS can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500
