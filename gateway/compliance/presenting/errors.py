"""What can be refused about presentations, each with a stable code."""

from gateway.compliance.presenting.life import Problem
from gateway.events.errors import TillwayError


class PresentingError(TillwayError):
    """Base of this room's errors."""

    code = "presentation_refused"
    status = 422


class CredentialRefused(PresentingError):
    """What a wallet sent proves nothing here. It ends the presentation.

    Attributes:
        problem: which check failed; kept with the presentation.
        issuer: who is said to have given the credential out, where that could be read.
    """

    code = "credential_refused"

    def __init__(self, problem: Problem, detail: str = "", *, issuer: str = "") -> None:
        self.problem = problem
        self.issuer = issuer
        super().__init__(detail or problem)


class WalletsNotOffered(PresentingError):
    code = "wallets_not_offered"
    message = "Nobody can prove who they are with a wallet here."
    hint = "The house names issuers that it trusts, and a key to ask wallets with."
    status = 409


class WalletSignerUnreadable(PresentingError):
    code = "wallet_signer_unreadable"
    message = "WALLET_SIGNER can't be read."
    hint = "A PEM file with a P-256 private key and its certificate, those above it behind it."
    status = 500


class NothingToCompare(PresentingError):
    code = "presentation_nothing_told"
    message = "What a wallet shows is compared with a name and a date of birth; one is missing."
    hint = "Write down both first."
    status = 409


class BeingChecked(PresentingError):
    code = "presentation_being_checked"
    message = "What this person's wallet sent is being checked."
    hint = "Wait a moment."
    status = 409
    passes = True


class PresentationUnknown(PresentingError):
    code = "presentation_not_found"
    message = "There is no such request."
    status = 404


class PresentationOver(PresentingError):
    code = "presentation_over"
    message = "This request is over."
    hint = "Begin anew where it was shown."
    status = 410


class AnswerRefused(PresentingError):
    """What came is no answer to a request; the request stays open."""

    code = "presentation_answer_refused"
    message = "This is no answer to a request for a credential."
    status = 400


class IssuerRefused(PresentingError):
    code = "credential_issuer_refused"
    message = "This issuer can't be trusted as it is told."
