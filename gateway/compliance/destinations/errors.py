"""What can be refused about destinations, each with a stable code."""

from gateway.events.errors import TillwayError


class DestinationSettingsInvalid(TillwayError):
    code = "destination_settings_invalid"
    message = "DESTINATIONS can't be read."
    hint = "See docs/reference/destinations.md."
    status = 500


class DestinationUnknown(TillwayError):
    code = "destination_not_found"
    message = "Nothing was said of this destination."
    status = 404


class DestinationNotWaiting(TillwayError):
    code = "destination_not_waiting"
    message = "Money may go there already, or may never: there is nothing to let go."
    status = 409
