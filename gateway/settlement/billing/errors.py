"""What can be refused about a fee invoice."""

from gateway.events.errors import TillwayError


class BillingError(TillwayError):
    """Base of this room's errors."""

    code = "fee_invoice_refused"
    status = 409


class DocumentUnknown(BillingError):
    code = "fee_invoice_not_found"
    message = "There is no such fee invoice."
    hint = "List them: GET /v1/fee-invoices."
    status = 404


class MonthNotOver(BillingError):
    code = "month_not_over"
    message = "That month is not over by the shop's clock."
    hint = "Issue it from the first of the next month, one o'clock."


class NotCorrectable(BillingError):
    code = "fee_invoice_not_correctable"
    message = "Only an invoice that no note has undone can be corrected."
    hint = "Issue the month anew after its credit note."


class ReasonMissing(BillingError):
    code = "fee_invoice_reason_missing"
    message = "A credit note says why."
    hint = "Give a reason."
    field = "reason"
    status = 422
