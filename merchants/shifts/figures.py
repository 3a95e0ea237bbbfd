"""What a shift took, by tender, asset and token, what was called off, and what its drawer should
hold. Pure.

Units are minor units of the currency a sale was asked in, or base units of the asset; what went
back, or was taken back by a reorganisation, counts with a minus.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Tender = Literal["tokens", "card", "cash"]
Kind = Literal["paid", "taken_back", "refunded"]
CashKind = Literal["sale", "refund", "in", "out"]

TENDERS: Final[tuple[Tender, ...]] = ("tokens", "card", "cash")
KINDS: Final[tuple[Kind, ...]] = ("paid", "taken_back", "refunded")
CASH_KINDS: Final[tuple[CashKind, ...]] = ("sale", "refund", "in", "out")
_INTO_DRAWER: Final = frozenset({"sale", "in"})


@dataclass(frozen=True, slots=True)
class Took:
    """One payment or refund of a sale that was made at the till.

    Attributes:
        units: signed, of ``currency``; tax and tip are parts of it, where the sale says them.
        credited_units, fee_units: signed, of ``asset``: what the shop is owed by it, and the fee.
        token_units: signed, of ``token``; nothing for a card.
    """

    tender: Tender
    kind: Kind
    currency: str
    units: int
    tax_units: int = 0
    tip_units: int = 0
    asset: str = ""
    credited_units: int = 0
    fee_units: int = 0
    token: str = ""
    token_units: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """Cash into the drawer or out of it; ``units`` are positive whichever way.

    Attributes:
        tax_units, tip_units: parts of it, where it paid a ticket.
    """

    kind: CashKind
    units: int
    tax_units: int = 0
    tip_units: int = 0


@dataclass(frozen=True, slots=True)
class CalledOff:
    """A sale or a ticket that was voided, and what it came to."""

    currency: str
    units: int


@dataclass(frozen=True, slots=True)
class TenderFigures:
    """What one tender brought in one currency.

    Attributes:
        paid_units: less what a reorganisation took back.
        refunded_units: positive.
        tax_units, tip_units: parts of what was paid; a refund takes nothing off them.
    """

    tender: Tender
    currency: str
    payments: int
    paid_units: int
    refunds: int
    refunded_units: int
    tax_units: int
    tip_units: int

    @property
    def net_units(self) -> int:
        return self.paid_units - self.refunded_units


@dataclass(frozen=True, slots=True)
class AssetFigures:
    """What the shop is owed by it in one asset, and what the fee was."""

    asset: str
    credited_units: int
    fee_units: int


@dataclass(frozen=True, slots=True)
class TokenFigures:
    """How much of a token customers paid with, less what went back."""

    token: str
    units: int


@dataclass(frozen=True, slots=True)
class VoidFigures:
    """How many sales and tickets were voided, and what they came to together."""

    currency: str
    count: int
    units: int


@dataclass(frozen=True, slots=True)
class Drawer:
    """The cash of a shift.

    Attributes:
        counted_units: None until somebody counted it.
    """

    float_units: int
    sale_units: int
    refund_units: int
    in_units: int
    out_units: int
    counted_units: int | None

    @property
    def expected_units(self) -> int:
        into = self.float_units + self.sale_units + self.in_units
        return into - self.refund_units - self.out_units

    @property
    def difference_units(self) -> int | None:
        """What is there too much, or with a minus too little; None until it was counted."""
        return None if self.counted_units is None else self.counted_units - self.expected_units


@dataclass(frozen=True, slots=True)
class Figures:
    """All that an X or a Z report says."""

    tenders: tuple[TenderFigures, ...]
    assets: tuple[AssetFigures, ...]
    tokens: tuple[TokenFigures, ...]
    voids: tuple[VoidFigures, ...]
    drawer: Drawer


def figures_of(
    *,
    took: Iterable[Took],
    moved: Iterable[Moved],
    called_off: Iterable[CalledOff] = (),
    currency: str,
    float_units: int,
    counted_units: int | None = None,
) -> Figures:
    """Add a shift up. The order of what happened changes nothing.

    Args:
        currency: of the drawer.
        counted_units: what was counted at its end, if it was.
    """
    cash = _by_kind(moved)
    voids = list(called_off)
    lines = [*took, *_cash_lines(cash, currency=currency)]
    keys = sorted({(TENDERS.index(line.tender), line.currency) for line in lines})
    return Figures(
        tenders=tuple(
            _tender(
                [one for one in lines if (one.tender, one.currency) == (TENDERS[place], code)],
                tender=TENDERS[place],
                currency=code,
            )
            for place, code in keys
        ),
        assets=tuple(
            AssetFigures(
                asset,
                sum(line.credited_units for line in lines if line.asset == asset),
                sum(line.fee_units for line in lines if line.asset == asset),
            )
            for asset in sorted({line.asset for line in lines if line.asset})
        ),
        tokens=tuple(
            TokenFigures(token, sum(line.token_units for line in lines if line.token == token))
            for token in sorted({line.token for line in lines if line.token})
        ),
        voids=tuple(
            _voids([one for one in voids if one.currency == code], currency=code)
            for code in sorted({one.currency for one in voids})
        ),
        drawer=Drawer(
            float_units=float_units,
            sale_units=_sum(cash["sale"]),
            refund_units=_sum(cash["refund"]),
            in_units=_sum(cash["in"]),
            out_units=_sum(cash["out"]),
            counted_units=counted_units,
        ),
    )


def into_drawer(kind: CashKind) -> bool:
    """Whether this cash comes in rather than goes out."""
    return kind in _INTO_DRAWER


def _by_kind(moved: Iterable[Moved]) -> dict[CashKind, list[Moved]]:
    by_kind: dict[CashKind, list[Moved]] = {kind: [] for kind in CASH_KINDS}
    for move in moved:
        by_kind[move.kind].append(move)
    return by_kind


def _cash_lines(cash: dict[CashKind, list[Moved]], *, currency: str) -> list[Took]:
    return [
        Took("cash", "paid", currency, one.units, one.tax_units, one.tip_units)
        for one in cash["sale"]
    ] + [Took("cash", "refunded", currency, -one.units) for one in cash["refund"]]


def _sum(moves: list[Moved]) -> int:
    return sum(one.units for one in moves)


def _voids(called_off: list[CalledOff], *, currency: str) -> VoidFigures:
    return VoidFigures(currency, len(called_off), sum(one.units for one in called_off))


def _tender(lines: list[Took], *, tender: Tender, currency: str) -> TenderFigures:
    refunded = [line for line in lines if line.kind == "refunded"]
    taken = [line for line in lines if line.kind != "refunded"]
    return TenderFigures(
        tender=tender,
        currency=currency,
        payments=sum(1 if line.kind == "paid" else -1 for line in taken),
        paid_units=sum(line.units for line in taken),
        refunds=len(refunded),
        refunded_units=-sum(line.units for line in refunded),
        tax_units=sum(line.tax_units for line in lines),
        tip_units=sum(line.tip_units for line in lines),
    )
