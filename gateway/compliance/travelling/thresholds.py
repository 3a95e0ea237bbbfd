"""From which amount on which jurisdiction wants what: figures, each with its source. Pure.

A figure is in force from a day on; a change is a row more, never a row changed. Where a law knows
no threshold the amount is 0: it begins with the first cent. ``None``: nothing is wanted.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

Known = Literal["address", "birth", "document"]
"""What makes a name somebody's: where they live, when and where they were born, or the number of a
paper that a state gave them."""
ANY_OF: Final[tuple[frozenset[Known], ...]] = (
    frozenset({"address"}),
    frozenset({"birth"}),
    frozenset({"document"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionRule:
    """What one jurisdiction wants of a transfer above an amount.

    Attributes:
        code: ``EU``, ``FATF``, or a country's.
        provider_data: above this, data goes with a transfer between providers.
        self_hosted_data: above this, it is asked of one's own customer for a wallet that no
            provider holds.
        self_hosted_proof: above this, such a wallet's owner is proven.
        is_inclusive: the threshold itself counts as passed (``or more``).
        source: the law and its article.
        payer_asked: from this on a shopper says who pays, before they see where to pay. It is our
            policy, not the law's floor: see docs/decisions/0028.
        payer_known_by: what goes with the shopper's name: one of these sets.
        payer_source: where that figure and those sets come from.
    """

    code: str
    since: date
    provider_data: Amount | None
    self_hosted_data: Amount | None
    self_hosted_proof: Amount | None
    source: str
    is_inclusive: bool = False
    payer_asked: Amount | None = None
    payer_known_by: tuple[frozenset[Known], ...] = ANY_OF
    payer_source: str = ""


def _of(currency: str, whole: int) -> Amount:
    return Amount(whole * FIAT[currency].one, FIAT[currency])


EU_MEMBERS: Final = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI"),
        *("FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU"),
        *("MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    }
)
FATF: Final = "FATF"
"""What counts where no jurisdiction of the table does."""

RULES: Final[tuple[JurisdictionRule, ...]] = (
    JurisdictionRule(
        code=FATF,
        since=date(2019, 6, 21),
        provider_data=_of("USD", 1_000),
        self_hosted_data=_of("USD", 1_000),
        self_hosted_proof=None,
        source="FATF Recommendations, Interpretive Note to R.15, paragraph 7(b), and to R.16:"
        " de minimis of USD/EUR 1,000; Updated Guidance for a Risk-Based Approach to Virtual"
        " Assets (October 2021), paragraphs 191 and 204, for unhosted wallets.",
        payer_source="None: asked where a jurisdiction of the table says so, or the house does.",
    ),
    JurisdictionRule(
        code="EU",
        since=date(2024, 12, 30),
        provider_data=_of("EUR", 0),
        self_hosted_data=_of("EUR", 0),
        self_hosted_proof=_of("EUR", 1_000),
        source="Regulation (EU) 2023/1113, articles 14 and 16: data from the first cent; articles"
        " 14(5) and 16(2): a self-hosted address above EUR 1,000 is verified to be the customer's.",
        payer_asked=_of("EUR", 1_000),
        payer_known_by=(frozenset({"birth"}), frozenset({"address", "document"})),
        payer_source="Regulation (EU) 2023/1113, article 14(1)(d): address with document number, or"
        " date and place of birth; the figure is that of article 16(2).",
    ),
    JurisdictionRule(
        code="US",
        since=date(2019, 5, 9),
        provider_data=_of("USD", 3_000),
        self_hosted_data=_of("USD", 3_000),
        self_hosted_proof=None,
        source="31 CFR 1010.410(e) and (f): transmittals of USD 3,000 or more; FinCEN guidance"
        " FIN-2019-G001, paragraph 2.4, for convertible virtual currency.",
        is_inclusive=True,
        payer_asked=_of("USD", 3_000),
        payer_known_by=(frozenset({"address"}),),
        payer_source="31 CFR 1010.410(f)(1): name and address of the transmittor, from USD 3,000.",
    ),
    JurisdictionRule(
        code="GB",
        since=date(2023, 9, 1),
        provider_data=_of("EUR", 0),
        self_hosted_data=_of("EUR", 1_000),
        self_hosted_proof=None,
        source="Money Laundering Regulations 2017, Part 7A, regulations 64C and 64G: data with"
        " every transfer between providers, more of it from EUR 1,000; an unhosted wallet's data"
        " is asked for by risk.",
        payer_asked=_of("EUR", 1_000),
        payer_source="Money Laundering Regulations 2017, regulation 64C: address, document number,"
        " or date and place of birth, from EUR 1,000.",
    ),
    JurisdictionRule(
        code="CH",
        since=date(2019, 8, 26),
        provider_data=_of("CHF", 0),
        self_hosted_data=_of("CHF", 0),
        self_hosted_proof=_of("CHF", 0),
        source="FINMA Guidance 02/2019, Payments on the blockchain; AMLO-FINMA article 10: no"
        " threshold, and an external wallet's ownership is proven by technical means.",
        payer_asked=_of("CHF", 1_000),
        payer_source="AMLO-FINMA article 51a(1): the other party is identified from CHF 1,000 on;"
        " article 10(1): address, date and place of birth, or an identification number.",
    ),
    JurisdictionRule(
        code="SG",
        since=date(2020, 1, 28),
        provider_data=_of("SGD", 0),
        self_hosted_data=_of("SGD", 1_500),
        self_hosted_proof=None,
        source="MAS Notice PSN02, paragraph 13: basic data with every value transfer, more of it"
        " above SGD 1,500.",
        payer_asked=_of("SGD", 1_500),
        payer_source="MAS Notice PSN02, paragraph 13: address, identification number, or date and"
        " place of birth, above SGD 1,500.",
    ),
    JurisdictionRule(
        code="JP",
        since=date(2023, 6, 1),
        provider_data=_of("JPY", 0),
        self_hosted_data=_of("JPY", 0),
        self_hosted_proof=None,
        source="Act on Prevention of Transfer of Criminal Proceeds, article 10-5: notification"
        " without a threshold; data on unhosted wallets is recorded.",
        payer_known_by=(frozenset({"address"}),),
        payer_source="Act on Prevention of Transfer of Criminal Proceeds, article 10-5: no figure"
        " for who pays a shop; a house sets its own.",
    ),
)
"""Looked at in November 2026. A house's own figures come before these: TRAVEL_RULE."""


def jurisdiction_of(country: str) -> str:
    """The code of the table that counts in a country."""
    if country in EU_MEMBERS:
        return "EU"
    return country if any(rule.code == country for rule in RULES) else FATF


def rule_in_force(
    code: str, *, on: date, rules: tuple[JurisdictionRule, ...] = RULES
) -> JurisdictionRule:
    """The figures of a jurisdiction on a day; the FATF's, where it has none yet.

    Raises:
        LookupError: the table knows not even those.
    """
    for wanted in (code, FATF):
        found = [rule for rule in rules if rule.code == wanted and rule.since <= on]
        if found:
            return max(found, key=lambda rule: rule.since)
    raise LookupError(code)
