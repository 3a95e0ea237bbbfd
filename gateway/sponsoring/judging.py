"""What a signature must say to pay an invoice, and whether one does. Pure.

Everything but who pays is the house's to say, so a signature that says anything else is refused,
even where it would be to our advantage: what was signed is what the shopper was shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.chains.eip3009 import SignatureInvalid, TokenDomain, TransferAuthorization, signer_of
from gateway.sponsoring.errors import (
    AuthorizationExpired,
    SignatureRefused,
    WrongAmount,
    WrongDomain,
    WrongNonce,
    WrongRecipient,
    WrongTimes,
)

VALID_AFTER = 0
MIN_SECONDS_LEFT = 15
"""What ends sooner would hardly be mined in time, and would cost gas all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What an invoice asks of one token.

    Attributes:
        to: its deposit address.
        units: base units due now, exactly.
        nonce: the salt of ``to``.
        lock_end: Unix seconds.
    """

    domain: TokenDomain
    to: bytes
    units: int
    nonce: bytes
    lock_end: int

    def for_payer(self, payer: bytes) -> TransferAuthorization:
        """What ``payer`` is asked to sign."""
        return TransferAuthorization(
            payer=payer,
            to=self.to,
            units=self.units,
            valid_after=VALID_AFTER,
            valid_before=self.lock_end,
            nonce=self.nonce,
        )


def check_time(demand: Demand, *, now: int) -> None:
    """Raises AuthorizationExpired: what is signed now (Unix seconds) could not be mined in time."""
    if demand.lock_end < now + MIN_SECONDS_LEFT:
        raise AuthorizationExpired


def check_signed(
    demand: Demand,
    signed: TransferAuthorization,
    signature: bytes,
    *,
    others: Iterable[TokenDomain] = (),
    now: int,
) -> None:
    """Whether ``signed``, with this signature, pays the demand.

    Args:
        others: domains of other tokens we know, to tell a wrong one from a wrong key.
        now: Unix seconds.

    Raises:
        SignatureRefused: with the code of what is wrong first.
    """
    if signed.to != demand.to:
        raise WrongRecipient
    if signed.nonce != demand.nonce:
        raise WrongNonce
    if signed.units != demand.units:
        raise WrongAmount(f"The value is {signed.units}; {demand.units} base units are due.")
    if signed.valid_after >= now or signed.valid_before > demand.lock_end:
        raise WrongTimes
    if signed.valid_before < now + MIN_SECONDS_LEFT:
        raise AuthorizationExpired
    try:
        if signer_of(signed.digest(demand.domain), signature) == signed.payer:
            return
        for domain in others:
            if signer_of(signed.digest(domain), signature) == signed.payer:
                raise WrongDomain
    except SignatureInvalid as error:
        raise SignatureRefused(f"This is no signature: {error}.") from None
    raise SignatureRefused
