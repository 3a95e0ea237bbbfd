"""Where money came from, as values: origins, parts, lots, and what a trace is asked. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from gateway.compliance.tracing.categories import Category, LegalStatus
from gateway.compliance.tracing.dust import Poisoning
from gateway.compliance.tracing.transfers import Position, Transfer

Reason = Literal[
    "",
    "fan_out",
    "hops",
    "lots",
    "transfers",
    "addresses",
    "window",
    "unseen",
    "time",
    "pruned",
    "node_failed",
    "payer_unknown",
    "lists_missing",
    "provider_down",
    "provider_busy",
    "provider_refused",
    "provider_malformed",
]
FAILURES: Final[frozenset[Reason]] = frozenset(
    {
        "pruned",
        "node_failed",
        "payer_unknown",
        "lists_missing",
        "provider_down",
        "provider_busy",
        "provider_refused",
        "provider_malformed",
    }
)
"""The look itself failed: whatever else was found, this is never a clear answer."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a part of some money comes from.

    Attributes:
        hops: transfers from there to here; 0: the address asked about is itself labelled.
        reason: why nobody can say more, of an ``unknown`` origin; else "".
    """

    category: Category
    status: LegalStatus = "none"
    hops: int = 0
    reason: Reason = ""

    @property
    def is_unknown(self) -> bool:
        return self.category == "unknown"


def unknown(reason: Reason) -> Origin:
    """Origins that nobody knows are told apart by the reason alone, not by hops."""
    return Origin("unknown", reason=reason)


@dataclass(frozen=True, slots=True)
class Part:
    """So many base units of some money, of one origin, with the strongest path that shows it.

    Attributes:
        value_micros: micro-dollars, rounded down; None without a price.
        path: transfers from the origin to the address, oldest first; of all that brought such
            money, the one that brought most. Empty for what is unknown.
    """

    origin: Origin
    units: int
    value_micros: int | None
    path: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """A piece of a payment by FIFO: whose money this was, and the way it went."""

    origin: Origin
    source: bytes
    units: int
    path: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """The money that is asked about: the transfer at ``position``, which is the address's own."""

    asset: str
    units: int
    position: Position
    value_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Args:
    asset: only what came in this asset; "" for all.
    payment: the money asked about; None: whatever the address was ever given.
    """

    chain_id: int
    address: bytes
    asset: str = ""
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What the address was given of one asset, by haircut. The parts' units add up to ``units``."""

    asset: str
    units: int
    value_micros: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The answer. Each view adds up: of received money per asset, of the payment by both rules.

    Attributes:
        own: origin at 0 hops, if the address asked about is itself labelled; or like an exchange.
        payment: by haircut; empty without a payment.
        lots: of the payment by FIFO, those of known origin first, at most ``LOTS_SHOWN``.
        fifo: the payment's units by origin, of all lots.
        dusted_by: labelled addresses whose dust was not looked at.
        transfers: how many counted, dust excluded.
    """

    own: Origin | None
    received: tuple[Received, ...]
    payment: tuple[Part, ...]
    lots: tuple[Lot, ...]
    fifo: Mapping[Origin, int]
    poisonings: tuple[Poisoning, ...]
    dusted_by: tuple[bytes, ...]
    transfers: int


LOTS_SHOWN: Final = 50


def shares(parts: Iterable[Part]) -> dict[Origin, Fraction]:
    """The exact share of each origin: they add up to 1, what is unknown being one of them."""
    units: dict[Origin, int] = {}
    for part in parts:
        units[part.origin] = units.get(part.origin, 0) + part.units
    whole = sum(units.values())
    return {origin: Fraction(count, whole) for origin, count in units.items()} if whole else {}
