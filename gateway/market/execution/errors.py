from gateway.events.errors import TillwayError
from gateway.market.errors import QuoteRefused


class FillTooDear(QuoteRefused):
    code = "fill_too_dear"
    message = "No venue gives what the token is worth by our own fair value."
    hint = "The deposits stay where they are; it is tried again."


class BatchUnknown(TillwayError):
    code = "fill_batch_unknown"
    message = "There is no such batch."
    status = 404
