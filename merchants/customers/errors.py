"""What can be refused about a customer, each with a stable code."""

from gateway.events.errors import TillwayError


class CustomerUnknown(TillwayError):
    code = "customer_unknown"
    message = "This shop has no such customer, or forgot them."
    status = 404


class CustomerRefused(TillwayError):
    """What was said of a customer can't be kept as it is; ``field`` says which part."""

    code = "customer_invalid"
    message = "This can't be kept of a customer."
    hint = "Give an email or a reference of yours, and a name if you like."
    field = "customer"
