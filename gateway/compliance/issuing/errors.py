"""What can be refused about credentials of our own, each with a stable code."""

from typing import Literal

from gateway.events.errors import TillwayError

Refusal = Literal[
    "invalid_request",
    "unsupported_grant_type",
    "invalid_grant",
    "invalid_token",
    "invalid_credential_request",
    "unknown_credential_configuration",
    "invalid_proof",
    "invalid_nonce",
    "credential_request_denied",
]
"""What wallets are answered (OpenID4VCI 1.0, 6.3 and 8.3.1)."""


class IssuingError(TillwayError):
    """Base of this room's errors."""

    code = "credential_not_issued"
    status = 422


class WalletRefused(IssuingError):
    """What a wallet asked for is not given.

    Attributes:
        error: as the protocol names it.
    """

    code = "credential_wallet_refused"

    def __init__(self, error: Refusal, message: str = "", *, status: int = 400) -> None:
        self.error = error
        super().__init__(message or error)
        self.status = status


class FetchedTooOften(WalletRefused):
    code = "credential_fetched_too_often"

    def __init__(self) -> None:
        super().__init__(
            "credential_request_denied", "This offer was fetched often enough: ask for a new one."
        )


class IssuingNotOffered(IssuingError):
    code = "credentials_not_offered"
    message = "This house gives out no credentials."
    hint = "It names a key to sign them with: CREDENTIAL_SIGNER."
    status = 409


class CredentialSignerUnreadable(IssuingError):
    code = "credential_signer_unreadable"
    message = "CREDENTIAL_SIGNER can't be read."
    hint = "A PEM file with a P-256 private key and its certificate, those above it behind it."
    status = 500


class NotVerified(IssuingError):
    """The house doesn't vouch for this person now."""

    code = "credential_not_verified"
    message = "A credential is given to people who have shown who they are, of an approved shop."
    status = 409


class NameNotSplit(IssuingError):
    code = "credential_name_not_split"
    message = "Say which part of the name is the family name."
    field = "family_words"


class OffersTooMany(IssuingError):
    code = "credential_offers_too_many"
    message = "This person was offered too many today."
    hint = "Try again tomorrow."
    status = 429


class OfferUnknown(IssuingError):
    code = "credential_offer_not_found"
    message = "There is no such offer."
    status = 404


class OfferOver(IssuingError):
    code = "credential_offer_over"
    message = "This offer is over."
    hint = "Begin anew where it was shown."
    status = 410


class CredentialUnknown(IssuingError):
    code = "credential_not_found"
    message = "There is no such credential, or it is taken back already."
    status = 404


class ReasonMissing(IssuingError):
    code = "credential_reason_missing"
    message = "Say why, in up to 500 characters."
    field = "reason"
