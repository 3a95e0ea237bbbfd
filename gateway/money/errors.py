"""What can be wrong with money as given, each with a stable code.

The shape is that of ``gateway.events.errors.TillwayError`` (code, message, hint, field, status),
which this floor cannot import; the API answers both alike.
"""


class MoneyError(ValueError):
    """Base of the room's errors: a stable code, a sentence for people, what to do next."""

    code = "money_invalid"
    hint = ""
    status = 400

    def __init__(self, message: str, *, hint: str = "", field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if hint:
            self.hint = hint


class NotANumber(MoneyError):
    code = "amount_not_a_number"
    hint = 'Send a plain decimal such as "12.50": digits, at most one point, no sign or exponent.'


class NotPositive(MoneyError):
    code = "amount_not_positive"
    hint = "The amount must be more than zero."


class TooPrecise(MoneyError):
    code = "amount_too_precise"
    hint = "Send no more decimals than the currency or token has."


class TooLarge(MoneyError):
    code = "amount_too_large"
    hint = "The amount is beyond anything that can be paid."


class AssetMismatch(MoneyError):
    code = "asset_mismatch"


class UnknownCurrency(MoneyError):
    code = "unknown_currency"
    hint = "Use an ISO 4217 code we price in, such as EUR or USD."


class BadAsset(MoneyError):
    code = "asset_invalid"
    hint = "An asset is a currency (EUR) or a token on a chain (USDC@8453)."


class BadRate(MoneyError):
    code = "rate_invalid"
    hint = "A rate is a positive ratio of two assets; a missing one is a refusal, never one to one."
