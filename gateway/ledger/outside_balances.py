"""What a place outside says that it holds for us: exchanges, ramps, banks tell it in one shape.

Whoever knows such a place registers it when the house starts; reconciliation asks them all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.ledger.accounts import AccountName


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Something that books and place may not tell alike yet.

    Attributes:
        reference: "move:<id>", "payout:<id>": whose it is.
        units: by which the place has more than the books because of it; may be negative.
        is_sure: it is so; otherwise it may be so or not yet.
    """

    reference: str
    units: int
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class ToldBalances:
    """
    Attributes:
        units: base units by asset code; an asset that isn't there is not told of.
        at: the moment they are of. A statement's is its closing date: the journal is cut there.
        source: for people, "kraken", "statement 2026-11-29/1".
        on_the_way: by asset code.
        unknown: by asset code, what moved there lately of which nothing here knows: a difference
            may come of it.
    """

    units: Mapping[str, int]
    at: datetime
    source: str
    on_the_way: Mapping[str, Sequence[OnTheWay]] = field(default_factory=dict)
    unknown: Mapping[str, Sequence[OnTheWay]] = field(default_factory=dict)


class BalanceSource(Protocol):
    """A place outside, with the account of the books that stands for it."""

    @property
    def account(self) -> AccountName: ...

    @property
    def mode(self) -> str: ...

    @property
    def decimals(self) -> Mapping[str, int]:
        """Decimals of each asset that may lie there, by asset code."""
        ...

    def read(self, *, now: datetime) -> ToldBalances:
        """Ask it; the network is here, never in a transaction.

        Raises:
            TillwayError: it can't be known now; the error's code is the reason.
        """
        ...


Sources = Callable[[], Iterable[BalanceSource]]

_known: dict[str, Sources] = {}


def sources_register(name: str, sources: Sources) -> None:
    """Have these places compared from now on; again under the same name replaces them."""
    _known[name] = sources


def sources_forget(name: str) -> None:
    """No longer."""
    _known.pop(name, None)


def balance_sources() -> list[BalanceSource]:
    """Every place outside, by account."""
    found = [source for sources in _known.values() for source in sources()]
    return sorted(found, key=lambda source: source.account)
