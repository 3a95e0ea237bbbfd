from gateway.events.errors import TillwayError


class HedgeUnknown(TillwayError):
    code = "hedge_unknown"
    message = "There is no such hedge."
    status = 404


class OrderUnknown(TillwayError):
    code = "order_unknown"
    message = "There is no such order."
    hint = "`manage.py hedges list` shows them."
    status = 404


class MoveUnknown(TillwayError):
    code = "move_unknown"
    message = "There is no such move."
    hint = "`manage.py hedges moves` lists them."
    status = 404


class MoveNotPossible(TillwayError):
    code = "move_not_possible"
    message = "This can't be moved."
    status = 422


class MoveConflict(TillwayError):
    code = "move_conflict"
    message = "This key was used for another move."
    status = 409


class HedgingSettingsUnreadable(TillwayError):
    code = "hedging_settings_unreadable"
    message = "HEDGING can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500


class SwapUnread(TillwayError):
    """A swap succeeded and its receipt does not show what it did: nothing is booked by guess."""

    code = "hedge_swap_unread"
    message = "The receipt does not say what was swapped."
    status = 500
