"""What can be refused about a payment link, each with a stable code."""

from gateway.events.errors import TillwayError


class PaymentLinkUnknown(TillwayError):
    code = "payment_link_unknown"
    message = "This shop has no such payment link."
    hint = "GET /v1/payment-links lists those there are."
    status = 404


class PaymentLinkClosed(TillwayError):
    code = "payment_link_closed"
    message = "This payment link is closed for good."
    hint = "Make a new one."
    status = 409


class PaymentLinkNotOpen(TillwayError):
    """``state`` says why."""

    code = "payment_link_not_open"
    message = "This payment link takes no payment now."
    hint = "Ask the shop."
    status = 409

    def __init__(self, state: str) -> None:
        super().__init__()
        self.state = state


class PaymentLinkBusy(TillwayError):
    code = "payment_link_busy"
    message = "Too much is asked of this payment link at one time."
    hint = "Try again in a moment."
    status = 429
    passes = True

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class AmountNotOffered(TillwayError):
    code = "payment_link_amount_not_offered"
    message = "The amount lies outside of what this link takes."
    hint = "Choose between its minimum and its maximum."
    field = "amount"


class PriceUnclear(TillwayError):
    code = "payment_link_price_invalid"
    message = "A link asks for a fixed amount, or for one between a minimum and a maximum."
    hint = "Give amount alone, or minimum and maximum."
    field = "amount"


class PriceTooLarge(TillwayError):
    code = "payment_link_price_too_large"
    message = "Links may ask for at most half of what the shop may have in open sales at one time."
    hint = "Ask for less, or have the shop's terms changed."
    field = "amount"


class LinkTextInvalid(TillwayError):
    code = "payment_link_text_invalid"
    message = "A title has 1 to 120 characters on one line, a note up to 500."
    hint = "Shorten it, and leave control characters out."


class LinkEndInvalid(TillwayError):
    code = "payment_link_end_invalid"
    message = "A link can't end before now."
    hint = "Name a later moment, or close the link."
    field = "ends_at"


class SalesLimitInvalid(TillwayError):
    code = "payment_link_sales_limit_invalid"
    message = "A link closes after 1 to 1,000,000 sales."
    hint = "Leave it out for no limit."
    field = "sales_limit"
