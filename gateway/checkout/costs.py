"""What paying in a token costs, part by part, in the shop's currency: pure, from a quote's parts.

Exact until it is written down; what is written is rounded to more places than the currency has,
since most parts are less than its smallest coin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.checkout.wording import money_text, trimmed
from gateway.money.assets import FIAT

BPS: Final = 10_000
MORE_PLACES: Final = 2
"""Decimals beyond the currency's own."""
BAR_WIDTH: Final = 200
LEAST_BAR: Final = 2
"""So many units of a bar's width a part has at least that isn't nothing."""


@dataclass(frozen=True, slots=True)
class CostPart:
    """One part of what a payment costs.

    Attributes:
        key: ``spread``, ``lock``, ``fill``, ``gas`` or ``rest``.
        amount: in the shop's currency, in words.
        width: of its bar, of ``BAR_WIDTH`` for the largest part.
    """

    key: str
    word: str
    more: str
    amount: str
    width: int


@dataclass(frozen=True, slots=True)
class Costs:
    """What lies between the shop's price and what is sent, at the market's fair price.

    Attributes:
        total, share: of the price, in the shop's currency and in percent, in words.
        fee: what the shop pays to the gateway of its own, in words.
    """

    parts: tuple[CostPart, ...]
    total: str
    share: str
    fee: str


def costs_of(due: Mapping[str, Any], *, amount: str, currency: str) -> Costs:
    """The costs of one token of an invoice.

    Args:
        due: as ``invoice_as_dict`` gives it, for the whole amount: ``quoted_units``, ``decimals``
            and ``parts``.
        amount: plain decimal of ``currency``.
    """
    parts, price = due["parts"], Fraction(amount)
    fair = Fraction(parts["fair"])
    worth = _whole(due["quoted_units"], due["decimals"]) * fair
    gas = _whole(parts["gas_units"], due["decimals"]) * fair
    shares = {
        key: (worth - gas) * Fraction(str(parts[field])) / BPS
        for key, field in (
            ("spread", "spread_bps"),
            ("lock", "lock_premium_bps"),
            ("fill", "fill_bps"),
        )
    }
    total = worth - price
    figures = {**shares, "gas": gas}
    figures["rest"] = max(total - sum(figures.values()), Fraction(0))
    largest = max(figures.values())
    return Costs(
        parts=tuple(
            CostPart(
                key=key,
                word=_word(key),
                more=_more(key),
                amount=_money(figure, currency),
                width=_width(figure, largest),
            )
            for key, figure in figures.items()
        ),
        total=_money(max(total, Fraction(0)), currency),
        share=percent_words(Fraction(total, price)),
        fee=_money(price * Fraction(parts["fee_bps"], BPS), currency),
    )


def percent_words(share: Fraction) -> str:
    """A share in percent with two decimals; less than nothing is nothing."""
    return f"{trimmed(f'{_rounded(max(share, Fraction(0)) * 100, 2)}')} %"


def _whole(units: str | int, decimals: int) -> Fraction:
    return Fraction(int(units), 10**decimals)


def _rounded(figure: Fraction, places: int) -> str:
    whole, rest = divmod(round(figure * 10**places), 10**places)
    return f"{whole}.{rest:0{places}d}"


def _money(figure: Fraction, currency: str) -> str:
    places = FIAT[currency].decimals
    plain = _rounded(figure, places + MORE_PLACES)
    # A currency's own places stay, however many zeros they are.
    least = len(plain) - MORE_PLACES
    while len(plain) > least and plain.endswith("0"):
        plain = plain[:-1]
    return money_text(plain.rstrip("."), currency)


def _width(figure: Fraction, largest: Fraction) -> int:
    if figure <= 0 or largest <= 0:
        return 0
    return max(LEAST_BAR, round(BAR_WIDTH * figure / largest))


def _word(key: str) -> str:
    return {
        "spread": _("Buying the token"),
        "lock": _("Holding the price"),
        "fill": _("Changing it on the market"),
        "gas": _("The network's fee for collecting it"),
        "rest": _("Rounding"),
    }[key]


def _more(key: str) -> str:
    return {
        "spread": _("The difference between buying and selling, as at any money changer."),
        "lock": _("The price stays while the timer runs, whatever the market does."),
        "fill": _("What the market takes to turn the token into what the shop wants."),
        "gas": _("Paid by us when the token is collected; the fee for sending is your wallet's."),
        "rest": _("Up to what a wallet can show; after a longer price, also what the first asked."),
    }[key]
