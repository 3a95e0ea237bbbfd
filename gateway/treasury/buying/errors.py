from gateway.events.errors import TillwayError


class PurchaseNotPossible(TillwayError):
    code = "purchase_not_possible"
    message = "This purchase can't be booked."
    status = 422


class PurchaseConflict(TillwayError):
    code = "purchase_conflict"
    message = "Another purchase was booked under this reference."
    hint = "A reference names one sale at an exchange or bank."
    status = 409
