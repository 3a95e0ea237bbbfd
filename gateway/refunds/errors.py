"""What can be refused about refunds, each with a stable code."""

from gateway.events.errors import TillwayError


class RefundUnknown(TillwayError):
    code = "refund_unknown"
    message = "There is no such refund."
    hint = "A refund's id is known to its own shop."
    status = 404


class NothingToRefund(TillwayError):
    code = "nothing_to_refund"
    message = "Nothing of this payment can be refunded."
    hint = "It was not paid, or all of it has been refunded."
    status = 409


class RefundNotNow(TillwayError):
    """Said of money that people look at; it must not say so."""

    code = "refund_not_now"
    message = "This payment can't be refunded yet."
    hint = "Try again later."
    status = 409
    passes = True


class RefundTooLarge(TillwayError):
    code = "refund_too_large"
    message = "This is more than is left to refund."
    hint = "See `refundable` of the invoice's refunds."
    field = "amount"
    status = 422


class RefundTooSmall(TillwayError):
    code = "refund_too_small"
    message = "This is too little to be sent."
    hint = "Ask for more; money that is smaller than its own gas is better given by hand."
    field = "amount"
    status = 422


class RefundRateNotAllowed(TillwayError):
    code = "refund_rate_not_allowed"
    message = "The shop's terms don't allow this rate for refunds."
    hint = "See `refund_rates` in the shop's terms."
    field = "rate"
    status = 422


class RefundAssetUnknown(TillwayError):
    code = "refund_asset_unknown"
    message = "A refund is sent in the token that was paid, or in the shop's stablecoin."
    hint = "See `paid_with` and `taken` of a refund, or leave it out."
    field = "assets"
    status = 422


class ClaimUnknown(TillwayError):
    code = "refund_claim_unknown"
    message = "This invoice owes its payer no such money."
    hint = "See `owed` of the invoice's refunds."
    field = "claim_id"
    status = 404


class ClaimTaken(TillwayError):
    code = "refund_claim_taken"
    message = "A refund of this money is under way already."
    hint = "See the invoice's refunds; a new one can be made once that one is over."
    field = "claim_id"
    status = 409


class ShopBalanceShort(TillwayError):
    code = "refund_balance_short"
    message = "The shop's balance does not cover this refund."
    hint = "It can be made once more is credited; see balances."
    status = 422
    passes = True


class RefundConflict(TillwayError):
    code = "idempotency_conflict"
    message = "This key was used for another refund."
    hint = "Use a new key for a new refund."
    status = 422


class RefundNotOpen(TillwayError):
    code = "refund_not_open"
    message = "This refund no longer takes this step."
    hint = "See its status; a refund that is on its way, or over, stays as it is."
    status = 409


class ApprovalRefused(TillwayError):
    code = "refund_approval_refused"
    message = "This refund is above what you may approve."
    hint = "Somebody with a higher limit approves it; above the owner's limit, a second person."
    status = 403


class LinkUnknown(TillwayError):
    code = "claim_link_unknown"
    message = "This link leads to no refund."
    hint = "Ask the shop for a new one."
    status = 404


class LinkThrottled(TillwayError):
    code = "claim_link_throttled"
    message = "You ask too often."
    hint = "Wait a minute."
    status = 429
    passes = True


class DestinationRefused(TillwayError):
    code = "refund_destination_refused"
    message = "Money can't be sent to this address."
    hint = "Give an address of your own wallet."
    field = "address"
    status = 422


class ProofRefused(TillwayError):
    """The shop asks who claims this refund to hold an address that paid, and nothing shows it."""

    code = "refund_proof_refused"
    message = "This is no signature of the wallet that paid."
    hint = "Sign the text that is shown with the wallet that you paid from, as it stands."
    field = "signature"
    status = 422


class ProofUnasked(ProofRefused):
    """It may be a contract wallet's signature, and the chain that could say so does not answer."""

    code = "refund_proof_unasked"
    message = "The wallet that paid can't be asked about this signature just now."
    hint = "Send the same signature again in a minute."
    status = 503
    passes = True


class RefundIsDust(TillwayError):
    code = "refund_is_dust"
    message = "This is worth less than what the network takes to send it."
    hint = "Choose another token; or have the shop give it by hand."
    field = "asset"
    status = 422


class ChoiceGone(TillwayError):
    code = "refund_choice_gone"
    message = "This token can't be offered just now."
    hint = "Choose another one, or come back later."
    field = "asset"
    status = 409
    passes = True


class AmountMoved(TillwayError):
    code = "refund_amount_moved"
    message = "The price has moved; look at the new amount."
    hint = "Confirm the amount that is shown now."
    field = "asset"
    status = 409
    passes = True
