"""What can be refused about who is behind a transfer, each with a stable code."""

from gateway.events.errors import TillwayError


class TravelError(TillwayError):
    """Base of this room's errors."""

    code = "travel_refused"
    status = 422


class IvmsInvalid(TravelError):
    """A message about people is not IVMS101.

    Attributes:
        constraint: the standard's own name of what is broken (``C5``), or ``text``, ``shape``,
            ``country``.
        path: where in the message.
    """

    code = "ivms_invalid"
    message = "This is not valid IVMS101."
    hint = "See docs/reference/travel-rule.md."

    def __init__(self, constraint: str, path: str, message: str = "") -> None:
        self.constraint, self.path = constraint, path
        super().__init__(f"{constraint} at {path or 'the message'}: {message}".rstrip(": "))


class TrpInvalid(TravelError):
    code = "trp_invalid"
    message = "This is not a message of the Travel Rule Protocol."
    status = 400


class TravelAddressInvalid(TravelError):
    code = "travel_address_invalid"
    message = "This is no travel address."
    hint = "One begins with `ta`; ask the receiver's provider for it."
    field = "travel_address"


class RateUnknown(TravelError):
    code = "travel_rate_unknown"
    message = "Nobody can say just now what this is worth, so nobody can say what it needs."
    status = 503
    passes = True


class TravelUnreadable(TravelError):
    code = "travel_settings_unreadable"
    message = "TRAVEL_RULE can't be read."
    status = 500


class OriginatorNotClear(TravelError):
    code = "travel_originator_not_clear"
    message = "A list may name who sends this, or nobody could say yet."
    hint = "Decide about the name in its case first."
    status = 409


class CounterpartyUnknown(TravelError):
    code = "counterparty_unknown"
    message = "This is no provider that we exchange with."
    hint = "A provider is named by `manage.py counterparties`."
    status = 403


class CounterpartyRefused(TravelError):
    code = "counterparty_refused"
    message = "A provider can't be kept like this."


class ExchangeUnknown(TravelError):
    code = "exchange_not_found"
    message = "There is no such exchange."
    status = 404


class ExchangeOver(TravelError):
    code = "exchange_over"
    message = "This exchange is past that."
    status = 409


class ExchangeConflict(TravelError):
    code = "exchange_conflict"
    message = "This request identifier was used for another message."
    status = 409


class AssetUnnamed(TravelError):
    code = "asset_unnamed"
    message = "This token has no identifier that another provider would know."
    hint = "Name its Digital Token Identifier in TRAVEL_RULE."


class OwnershipRefused(TravelError):
    code = "ownership_refused"
    message = "This signature does not show that you hold this wallet."
    hint = "Sign the very text shown, with the wallet of this address."
    field = "signature"


class OwnershipUnasked(TravelError):
    code = "ownership_unasked"
    message = "The chain that would have to be asked about this wallet gives no answer just now."
    hint = "Sign again in a minute."
    status = 503
    passes = True


class ChallengeOver(TravelError):
    code = "ownership_challenge_over"
    message = "This text was made for another wallet, was used, or is too old."
    hint = "Ask for a new one."
    status = 409


class DetailsMissing(TravelError):
    code = "travel_details_missing"
    message = "What another provider must be told of this business is not known yet."
    hint = "Name, registered address and registration number belong to the business's file."
    status = 409


class PayerUnclear(TravelError):
    """``field`` names what is missing, or can't be."""

    code = "payer_unclear"
    message = "Something about who pays is missing, or can't be right."
    hint = "Look at the field that is marked."


class PayerElsewhere(TravelError):
    code = "payer_of_another_wallet"
    message = "This is not the wallet that paid."
    hint = "Sign with the wallet that the payment came from."
    field = "wallet_address"


class PayerNotScreened(TravelError):
    """Its event is tried again: who pays is screened by name a moment later."""

    code = "payer_not_screened"
    message = "Who says they paid has not been looked up yet."
    status = 503
    passes = True
