"""Whether a shopper must say who pays before they see where to pay.

An invoice keeps what was decided when it was issued; a figure that was set since counts too.
Nothing is asked of the database while no figure is reached."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.compliance.screening import payers_from
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import RateUnknown
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.needing import Transfer, currencies_of, needs, wants_proofs
from gateway.compliance.travelling.payers import is_payer_asked, payer_figures, payer_ways
from gateway.compliance.travelling.stating import PayerStanding, payer_standing, statements_of
from gateway.compliance.travelling.thresholds import Known
from gateway.compliance.untold import NAMED, UNTOLD, is_let_go
from gateway.invoices.models import Invoice
from gateway.market.worth import DOLLAR, worth_of
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

ASKING: Final = frozenset({"waiting", "partial"})
"""Statuses in which a page would show where to pay."""
NOT_TOLD: Final[frozenset[PayerStanding]] = frozenset({"untold", "named"})
"""Of money that is held until people, or its payer, say otherwise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shopper must say beside their name.

    Attributes:
        ways: any of these sets is enough.
        proof: whether a wallet of their own has to sign.
    """

    ways: tuple[frozenset[Known], ...]
    proof: bool


def payer_asked_of(amount: Amount, *, mode: str, now: datetime) -> bool:
    """Whether an amount reaches a figure of the house's jurisdictions, or its own. No query."""
    figures = _figures_of(mode, on=now.date())
    if not figures:
        return False
    currencies = {figure.asset.code for figure in figures}
    return is_payer_asked(
        amount, figures=figures, per_unit=_rates(amount, into=currencies, now=now)
    )


def payer_wanted(amount: Amount, *, now: datetime) -> Wanted:
    """What is asked of whoever pays an amount. No query."""
    codes = travel_settings().establishments
    on = now.date()
    try:
        wanted = needs(
            Transfer(
                direction="in", amount=amount, counterparty="self_hosted", jurisdictions=codes
            ),
            on=on,
            per_unit=_rates(amount, into=currencies_of(codes, on=on), now=now),
        )
        proof = wanted.proof
    except RateUnknown:
        proof = wants_proofs(codes, on=on)
    return Wanted(ways=payer_ways(codes, on=on), proof=proof)


def payer_asked(invoice: Invoice) -> bool:
    """Whether who pays an invoice is asked, be it told or not: so it was decided when it was
    issued, or a figure in its own currency was set since. No query, and no rate that moves."""
    if invoice.promises.terms.payer_asked:
        return True
    figures = _figures_of(invoice.mode, on=timezone.now().date())
    return bool(figures) and is_payer_asked(
        amount_of(invoice), figures=figures, per_unit={}, if_unknown=False
    )


def payer_needed(invoice: Invoice) -> bool:
    """Whether a shopper must say who pays now: before they see where to pay, or because money came
    of which nobody said it. No query."""
    if invoice.payer_told_until is not None:
        return False
    if invoice.status not in ASKING and "held" not in invoice.exceptions:
        return False
    return payer_asked(invoice)


def amount_of(invoice: Invoice) -> Amount:
    return Amount(int(invoice.amount_units), FIAT[invoice.currency])


def payer_standings(invoice: Invoice, *, deposits: Iterable[Deposit]) -> dict[UUID, PayerStanding]:
    """Of each deposit on its chain whether somebody said who pays it; of none where nobody asks.
    No query then; otherwise one, up to two for each statement and deposit, and one for each deposit
    that was mined again and of which nobody said it."""
    if not payer_asked(invoice):
        return {}
    statements = statements_of(invoice.id)
    return {
        deposit.id: _standing(deposit, statements)
        for deposit in deposits
        if deposit.state != "orphaned"
    }


def _standing(deposit: Deposit, statements: Collection[PayerStatement]) -> PayerStanding:
    standing = payer_standing(statements, senders=wallets_of(deposit), at=deposit.first_block_time)
    if standing == "told":
        return standing
    # Whom the lists were not asked about yet they may name.
    reason = UNTOLD if standing == "untold" else NAMED
    return "told" if is_let_go(deposit.remined_from_id, reason=reason) else standing


def wallets_of(deposit: Deposit) -> tuple[bytes, ...]:
    """The wallet that a transfer debits; none where the chain does not say. Whoever sent its
    transaction may be anybody's relayer."""
    return payers_from(deposit).addresses[:1]


def _figures_of(mode: str, *, on: date) -> tuple[Amount, ...]:
    told = travel_settings()
    return _figures(told.establishments, told.payer_from, on) if told.counts(mode) else ()


@lru_cache(maxsize=16)
def _figures(codes: frozenset[str], own: tuple[Amount, ...], on: date) -> tuple[Amount, ...]:
    return payer_figures(codes, own=own, on=on)


def _rates(amount: Amount, *, into: Collection[str], now: datetime) -> Mapping[str, Fraction]:
    """Of each currency, how much of it a unit of the amount's own is worth; those that have a
    fresh price. Nothing is looked up for a figure in the amount's own currency."""
    others = {code for code in into if code != amount.asset.code}
    worth = worth_of(amount, into=others, now=now) if others and amount.units > 0 else None
    if worth is None:
        return {}
    dollars = Fraction(worth.dollars.units, DOLLAR.one) / Fraction(amount.units, amount.asset.one)
    return {code: dollars * rate for code, rate in worth.per_dollar.items()} | {
        DOLLAR.code: dollars
    }
