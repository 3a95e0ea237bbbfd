"""That somebody holds a wallet: a text that only this wallet's owner can sign, for this use. Pure.

A wallet with a key signs as EIP-191 says (``personal_sign``). The text names us, the wallet, what
it is for, when it was made and a word that is used once, so that a signature given elsewhere, or
for something else, shows nothing here. How a signature of it is told a wallet's own is
``gateway.chains.signed_texts``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from gateway.chains.addresses import checksum

Purpose = Literal["payout", "payment"]
PURPOSES: Final[tuple[Purpose, ...]] = ("payout", "payment")
KEPT_PURPOSES: Final[tuple[Purpose, ...]] = ("payout",)
"""Whose proofs are rows. A shopper's is sealed with what they say of themselves."""
CHALLENGE_MINUTES: Final = 30
NONCE_BYTES: Final = 16

_FOR: Final[dict[Purpose, str]] = {
    "payout": "I hold this wallet, and my shop's payouts may be sent to it.",
    "payment": "I hold this wallet, and I pay with it.",
}


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a wallet is asked to sign."""

    purpose: Purpose
    domain: str
    address: bytes
    about: str
    nonce: bytes
    issued_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.issued_at + timedelta(minutes=CHALLENGE_MINUTES)

    @property
    def text(self) -> str:
        """The very text that is signed. Signing it moves nothing."""
        return (
            f"{_FOR[self.purpose]}\n\n"
            "Signing this costs nothing and moves no money.\n\n"
            f"Wallet: {checksum(self.address)}\n"
            f"Asked by: {self.domain}\n"
            f"About: {self.about}\n"
            f"Time: {self.issued_at.astimezone(UTC).isoformat(timespec='seconds')}\n"
            f"Once: {self.nonce.hex()}"
        )
