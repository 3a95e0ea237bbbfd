"""Why what a tablet sold without a connection is not booked."""

from gateway.events.errors import TillwayError


class AwayInvalid(TillwayError):
    code = "away_invalid"
    message = "This is no ticket that a till kept."
    hint = "Save it as a file and show it to a manager."


class AwayDiffers(TillwayError):
    code = "away_differs"
    message = "It comes to something else here than the tablet said."
    hint = "A manager looks at it and says what was sold."
    status = 409


class ShiftOver(TillwayError):
    code = "shift_over"
    message = "The shift in which this cash was taken is closed."
    hint = "A manager books it into the one that is open now."
    status = 409


class CurrencyChanged(TillwayError):
    code = "currency_changed"
    message = "The shop sells in another currency now."
    status = 409


class AwayUnknown(TillwayError):
    code = "away_unknown"
    message = "No such sale was kept by a till of this shop."
    status = 404


class AwaySettled(TillwayError):
    code = "away_settled"
    message = "Somebody settled this already."
    hint = "Look at the list again."
    status = 409
