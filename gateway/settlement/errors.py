from gateway.events.errors import TillwayError


class PayoutAddressMissing(TillwayError):
    code = "payout_address_missing"
    message = "The shop has no address to be paid out to."
    hint = "Its owner sets one in the shop's settings."
    field = "payout_address"
    status = 422


class NothingToPayOut(TillwayError):
    code = "nothing_to_pay_out"
    message = "Nothing can be paid out now."
    hint = "Money can be paid out once its payment is final on its chain."
    status = 422
    passes = True


class PayoutTooLarge(TillwayError):
    code = "payout_too_large"
    message = "This is more than can be paid out now."
    hint = "See payable under balances; the rest follows when its payments are final."
    field = "units"
    status = 422
    passes = True


class PayoutNotPositive(TillwayError):
    code = "payout_not_positive"
    message = "A payout must be of more than zero."
    field = "units"
    status = 422


class AssetNotPaidOut(TillwayError):
    code = "asset_not_paid_out"
    message = "This asset can't be paid out to this shop."
    hint = "See /v1/assets for what there is, and balances for what the shop has."
    field = "asset"
    status = 422


class PayoutConflict(TillwayError):
    code = "idempotency_conflict"
    message = "This idempotency key was used for another payout."
    hint = "Use a new key for a new payout."
    status = 422


class PayoutKeyUnreadable(TillwayError):
    code = "idempotency_key_invalid"
    message = "An idempotency key is up to 300 printable characters."
    hint = "A random UUID does well."
    status = 422


class PayoutUnknown(TillwayError):
    code = "payout_unknown"
    message = "There is no such payout."
    hint = "A payout's id is known to its own shop."
    status = 404


class PayoutNotCancellable(TillwayError):
    code = "payout_not_cancellable"
    message = "This payout is under way and can't be cancelled any more."
    hint = "Wait for how it ends: what fails comes back to the balance."
    status = 409


class FloatTooSmall(TillwayError):
    code = "float_too_small"
    message = "The house holds too little of this asset just now."
    hint = "Take the balance's own asset, less of it, or try again later."
    status = 409
    passes = True


class PayoutQuoteUnknown(TillwayError):
    code = "payout_quote_unknown"
    message = "There is no such quote of a payout."
    hint = "A quote's id is known to its own shop; ask for a new one."
    field = "quote_id"
    status = 404


class PayoutQuoteOver(TillwayError):
    code = "payout_quote_over"
    message = "This quote of a payout has ended, or was used."
    hint = "Ask for a new one."
    field = "quote_id"
    status = 409


class ReleaseRefused(TillwayError):
    code = "release_refused"
    message = "This shop's money can't be released to another address."
    status = 409


class PayoutBeyondRamp(TillwayError):
    code = "payout_beyond_ramp"
    message = "So much can't be paid to a bank at once."
    field = "units"
    status = 422


class PaymentsChecked(TillwayError):
    code = "payments_checked"
    message = "This money waits until a payment has been checked."
    hint = "What came back from a bank can be paid out again after that."
    status = 409
    passes = True


class BatchUnreadable(TillwayError):
    code = "batch_unreadable"
    message = "What the chain says of a batch of payouts can't be read."
    hint = "It is asked again; until then nothing is booked of it, and nothing is sent again."
    status = 500
