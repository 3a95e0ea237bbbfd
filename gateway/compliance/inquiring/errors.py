"""What can be refused about looking people up, with stable codes."""

from gateway.events.errors import TillwayError


class InquiriesTooMany(TillwayError):
    code = "inquiries_too_many"
    message = "You looked up a great many in a short time."
    hint = "Wait a minute. Many at once are for the command line."
    status = 429
