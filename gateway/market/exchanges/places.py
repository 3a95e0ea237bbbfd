"""What the desk needs of an exchange to move inventory there and back."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.events.errors import TillwayError


class ExchangeDown(TillwayError):
    """It did not answer, or not in a way we understand. Never a refusal: it may have acted."""

    code = "exchange_down"
    message = "The exchange does not answer."
    hint = "It is asked again; nothing was decided."
    status = 503


class ExchangeUnknown(TillwayError):
    code = "exchange_unknown"
    message = "There is no such exchange."
    hint = "EXCHANGES names those there are."
    status = 404


class Progress(Enum):
    """How far a deposit or a withdrawal is, as the exchange tells it."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """
    Attributes:
        units: base units credited (a deposit) or taken off the balance, its fee included (a
            withdrawal); where ``progress`` is DONE.
        tx_hash: of the withdrawal's transaction, ``0x…``.
    """

    progress: Progress
    units: int = 0
    tx_hash: str = ""


class Exchange(Protocol):
    """Every method may raise ExchangeDown, and may be called again after it did."""

    @property
    def name(self) -> str: ...

    @property
    def simulated(self) -> bool:
        """Made up: it may never meet a live chain."""
        ...

    def deposit_address(self, *, asset: str) -> bytes:
        """Where a chain's token is to be sent, 20 bytes."""
        ...

    def deposit(self, *, asset: str, tx_hash: str) -> Told:
        """How far the deposit by a transaction is."""
        ...

    def withdraw(self, *, client_id: str, asset: str, units: int, to: bytes) -> None:
        """Ask for a withdrawal; with the same ``client_id`` it is the same one, however often."""
        ...

    def withdrawal(self, *, client_id: str) -> Told:
        """How far it is; UNKNOWN if it was never asked for."""
        ...
