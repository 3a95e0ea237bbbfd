"""Why the house does not send a shopper's signed transfer, each with a stable code."""

from gateway.events.errors import TillwayError

PAY_ANOTHER_WAY = "Pay from the wallet, or by the code."


class SponsorshipOff(TillwayError):
    code = "sponsorship_off"
    message = "Gas isn't paid for this token on this network."
    hint = PAY_ANOTHER_WAY
    field = "asset"
    status = 409


class GasTooDear(TillwayError):
    code = "gas_too_dear"
    message = "Gas is too dear just now for the house to pay it."
    hint = PAY_ANOTHER_WAY
    status = 409
    passes = True


class SponsorUnavailable(TillwayError):
    code = "sponsor_unavailable"
    message = "We can't look at the network just now."
    hint = "Try again in a moment, or pay from the wallet."
    status = 503
    passes = True


class InvoiceNotPayable(TillwayError):
    code = "invoice_not_payable"
    message = "This invoice asks for nothing that a signature could pay now."
    hint = "Load its page again."
    status = 409


class SignatureRefused(TillwayError):
    """The signature or what it signs is not what pays this invoice."""

    code = "signature_invalid"
    message = "This signature isn't one of the payer's over this transfer."
    hint = "Sign exactly what the page asks for."
    field = "signature"
    status = 422


class WrongDomain(SignatureRefused):
    code = "wrong_domain"
    message = "This was signed for another token or another chain."


class WrongRecipient(SignatureRefused):
    code = "wrong_recipient"
    message = "The receiver isn't this invoice's address."
    field = "to"


class WrongAmount(SignatureRefused):
    code = "wrong_amount"
    message = "The value isn't what the invoice asks for."
    hint = "Load what to sign again: a part may have arrived, or the price is a new one."
    field = "value"


class WrongNonce(SignatureRefused):
    code = "wrong_nonce"
    message = "The nonce isn't this invoice's."
    field = "nonce"


class WrongTimes(SignatureRefused):
    code = "wrong_times"
    message = "It must be valid already, and no longer than the price is locked."
    field = "validBefore"


class AuthorizationExpired(SignatureRefused):
    code = "authorization_expired"
    message = "It could not be mined any more before it ends."
    hint = "Sign anew, with a new price if this one has run out."
    field = "validBefore"


class AuthorizationUsed(TillwayError):
    code = "authorization_used"
    message = "The token has taken this authorization already, or its payer cancelled it."
    hint = "Look in the wallet before paying again."
    status = 409


class AuthorizationUnderWay(TillwayError):
    code = "authorization_under_way"
    message = "Another signature for this invoice is under way."
    hint = "Wait for it: the page tells how it went."
    status = 409


class PayerRefused(TillwayError):
    code = "payer_refused"
    message = "We send nothing for this wallet."
    hint = "Pay from another wallet."
    status = 403


class BalanceShort(TillwayError):
    code = "balance_short"
    message = "The payer holds less than the invoice asks for."
    hint = "Choose another token, or pay from another wallet."
    status = 409


class TransferWouldFail(TillwayError):
    code = "transfer_would_fail"
    message = "The token would not move the money."
    hint = PAY_ANOTHER_WAY
    status = 409


class SponsorLimit(TillwayError):
    code = "sponsor_limit"
    message = "No more gas is paid for this invoice, from here, or today."
    hint = PAY_ANOTHER_WAY
    status = 429
