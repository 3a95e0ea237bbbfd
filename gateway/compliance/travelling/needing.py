"""What a transfer needs, by where the two sides are and how much it is. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.thresholds import (
    FATF,
    RULES,
    JurisdictionRule,
    rule_in_force,
)
from gateway.money.amounts import Amount

Counterparty = Literal["provider", "self_hosted", "unknown"]
Direction = Literal["out", "in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money that comes in or goes out: the same figures count both ways.

    Attributes:
        amount: what it is worth, in a currency.
        counterparty: who holds the other end; of an unknown one the stricter of both counts.
        jurisdictions: of the house's establishments, and of the other side's where it is known.
    """

    direction: Direction
    amount: Amount
    counterparty: Counterparty
    jurisdictions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be there before money moves.

    Attributes:
        data: who sends and who receives.
        proof: that the wallet is its owner's, by a signature.
        by: the jurisdictions that want it, in order.
    """

    data: bool = False
    proof: bool = False
    by: tuple[str, ...] = ()


def needs(
    transfer: Transfer,
    *,
    on: date,
    per_unit: Mapping[str, Fraction],
    rules: tuple[JurisdictionRule, ...] = RULES,
) -> Needs:
    """What a transfer needs on a day; the strictest of all jurisdictions that it touches.

    An amount equal to a threshold has passed it only where the law says ``or more``.

    Args:
        per_unit: of each currency of a threshold, how much of it a unit of the amount's own
            currency is worth.

    Raises:
        RateUnknown: an amount that a threshold must be held against has no rate: nobody can say
            that nothing is needed.
    """
    data: set[str] = set()
    proof: set[str] = set()
    for code in transfer.jurisdictions or {FATF}:
        rule = rule_in_force(code, on=on, rules=rules)
        wants_data, wants_proof = _wanted(rule, counterparty=transfer.counterparty)
        for figures, wanted in ((wants_data, data), (wants_proof, proof)):
            if any(
                passes(transfer.amount, one, is_inclusive=rule.is_inclusive, per_unit=per_unit)
                for one in figures
            ):
                wanted.add(code)
    return Needs(data=bool(data), proof=bool(proof), by=tuple(sorted(data | proof)))


def wants_proofs(
    codes: Collection[str], *, on: date, rules: tuple[JurisdictionRule, ...] = RULES
) -> bool:
    """Whether any of these jurisdictions wants a wallet proven, from whatever amount on."""
    found = [rule_in_force(code, on=on, rules=rules) for code in codes or {FATF}]
    return any(rule.self_hosted_proof is not None for rule in found)


def currencies_of(
    codes: Collection[str], *, on: date, rules: tuple[JurisdictionRule, ...] = RULES
) -> frozenset[str]:
    """The currencies whose rates ``needs`` will ask for."""
    found = [rule_in_force(code, on=on, rules=rules) for code in codes or {FATF}]
    amounts = [
        amount
        for rule in found
        for amount in (rule.provider_data, rule.self_hosted_data, rule.self_hosted_proof)
    ]
    return frozenset(amount.asset.code for amount in amounts if amount is not None)


def _wanted(
    rule: JurisdictionRule, *, counterparty: Counterparty
) -> tuple[list[Amount], list[Amount]]:
    """The thresholds for data and for a proof."""
    data = {
        "provider": [rule.provider_data],
        "self_hosted": [rule.self_hosted_data],
        "unknown": [rule.provider_data, rule.self_hosted_data],
    }[counterparty]
    proof = [] if counterparty == "provider" else [rule.self_hosted_proof]
    return [one for one in data if one is not None], [one for one in proof if one is not None]


def passes(
    amount: Amount,
    threshold: Amount,
    *,
    is_inclusive: bool,
    per_unit: Mapping[str, Fraction],
) -> bool:
    """Whether an amount is past a figure.

    Args:
        is_inclusive: the figure itself is past it.
        per_unit: as ``needs`` takes it.

    Raises:
        RateUnknown
    """
    if threshold.units == 0:
        return amount.units > 0
    if threshold.asset == amount.asset:
        return amount.units > threshold.units or (is_inclusive and amount.units == threshold.units)
    rate = per_unit.get(threshold.asset.code)
    if rate is None:
        raise RateUnknown
    worth = Fraction(amount.units, amount.asset.one) * rate
    limit = Fraction(threshold.units, threshold.asset.one)
    return worth > limit or (is_inclusive and worth == limit)
