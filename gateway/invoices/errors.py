"""What can be refused about an invoice, each with a stable code."""

from gateway.events.errors import TillwayError


class NoPromise(ValueError):
    """There is no rate: nothing may be converted, least of all one to one."""


class NoQuote(TillwayError):
    """No asset can be offered now. ``reasons`` maps each asset to the code of its refusal."""

    code = "no_quote"
    message = "No token can be quoted for this amount now."
    hint = "Try again shortly, or another amount; each token's reason is in `reasons`."
    status = 409
    passes = True

    def __init__(self, reasons: dict[str, str]) -> None:
        self.reasons = reasons
        listed = ", ".join(f"{asset}: {reason}" for asset, reason in sorted(reasons.items()))
        super().__init__(f"{self.message} ({listed})" if listed else None)


class ShopHasNoPayoutAddress(TillwayError):
    code = "shop_has_no_payout_address"
    message = "This shop has nowhere to be paid out to."
    hint = "Set the shop's payout address first."
    status = 409


class WrongCurrency(TillwayError):
    code = "wrong_currency"
    message = "This shop prices in another currency."
    hint = "Ask in the shop's own currency, or leave it out."
    field = "currency"


class BadLock(TillwayError):
    code = "lock_seconds_invalid"
    message = "A rate can be locked for 30 seconds to an hour."
    hint = "Leave it out for as long as the shop's terms say."
    field = "lock_seconds"


class ScreeningUnavailable(TillwayError):
    code = "screening_unavailable"
    message = "Payments can't be screened now, so none are asked for."
    hint = "The screening lists are missing or stale; whoever runs the gateway was told."
    status = 503


class ExternalKeyConflict(TillwayError):
    code = "external_key_conflict"
    message = "Another invoice with this key asks for something else."
    hint = "Use a new key for a new demand."
    field = "external_key"
    status = 409


class InvoiceNotFound(TillwayError):
    code = "invoice_not_found"
    message = "There is no such invoice in this shop."
    hint = "An id is known to the shop whose key made it."
    status = 404


class InvoiceCovered(TillwayError):
    code = "invoice_covered"
    message = "This invoice is already covered by a payment."
    hint = "Refund the payment instead."
    status = 409


class InvoiceNotOpen(TillwayError):
    code = "invoice_not_open"
    message = "This invoice no longer takes this step."
    hint = "Ask with a new invoice."
    status = 409


class BadMark(TillwayError):
    code = "mark_invalid"
    message = "An invoice can be marked settled or invalid."
    hint = "Send one of the two."
    field = "status"


class NotErc681(TillwayError):
    code = "not_a_payment_request"
    message = "This is not an ERC-681 payment request."
    hint = "Scan the QR code of an invoice."


class BadText(TillwayError):
    code = "text_invalid"
    message = "A text is too long or holds characters that can't be kept."
    hint = "Shorten it, and leave control characters out."


class BadNumber(TillwayError):
    code = "number_not_exact"
    message = "A number is larger than every program reads exactly, or is none."
    hint = "Numbers go from -(2^53 - 1) to 2^53 - 1. Send larger ones as text."


class PayerNotAsked(TillwayError):
    code = "payer_not_asked"
    message = "Nobody needs to say who pays this invoice now."
    hint = "Go back to its checkout page."
    status = 409


class PayerUntold(TillwayError):
    code = "payer_needed"
    message = "Who pays must be said before this invoice shows where to pay."
    hint = "Send the shopper to checkout_url: they say it there."
    status = 409


class ExchangeLockOff(TillwayError):
    code = "exchange_lock_off"
    message = "This price can't be exchanged for a longer one."
    hint = "It can be once, while the first price holds and nothing was paid yet."
    status = 409


class ExchangeLockDearer(TillwayError):
    code = "exchange_lock_dearer"
    message = "The market has moved: the longer lock asks for more than was shown."
    hint = "Look at what it asks for now, and choose again."
    status = 409
