"""From which amount on a shopper says who pays, and what goes with their name. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final

from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.needing import passes
from gateway.compliance.travelling.thresholds import (
    ANY_OF,
    RULES,
    JurisdictionRule,
    Known,
    rule_in_force,
)
from gateway.money.amounts import Amount

ORDER: Final[tuple[Known, ...]] = ("birth", "address", "document")


def payer_figures(
    codes: Collection[str],
    *,
    own: tuple[Amount, ...],
    on: date,
    rules: tuple[JurisdictionRule, ...] = RULES,
) -> tuple[Amount, ...]:
    """The figures that an amount is held against on a day; none where nobody asks.

    Args:
        own: the house's, which come in place of its jurisdictions'.
    """
    if own:
        return own
    found = (rule_in_force(code, on=on, rules=rules).payer_asked for code in sorted(codes))
    return tuple(figure for figure in found if figure is not None)


def is_payer_asked(
    amount: Amount,
    *,
    figures: Iterable[Amount],
    per_unit: Mapping[str, Fraction],
    if_unknown: bool = True,
) -> bool:
    """Whether an amount reaches any of the figures.

    Args:
        per_unit: as ``needs`` takes it.
        if_unknown: what to say of a figure whose currency has no rate. That it is reached, where
            nothing was decided yet: nobody can say that it is not.
    """
    return any(
        _reaches(amount, figure, per_unit=per_unit, if_unknown=if_unknown) for figure in figures
    )


def _reaches(
    amount: Amount, figure: Amount, *, per_unit: Mapping[str, Fraction], if_unknown: bool
) -> bool:
    try:
        return passes(amount, figure, is_inclusive=True, per_unit=per_unit)
    except RateUnknown:
        return if_unknown


def payer_ways(
    codes: Collection[str], *, on: date, rules: tuple[JurisdictionRule, ...] = RULES
) -> tuple[frozenset[Known], ...]:
    """What a shopper may tell beside their name: any of these sets is enough for all of these
    jurisdictions, and none of them tells more than another of them. The smallest first."""
    wanted = [rule_in_force(code, on=on, rules=rules).payer_known_by for code in sorted(codes)]
    unions = {frozenset[Known]().union(*chosen) for chosen in product(*(wanted or [ANY_OF]))}
    least = [one for one in unions if not any(other < one for other in unions)]
    return tuple(sorted(least, key=lambda one: (len(one), sorted(map(ORDER.index, one)))))
