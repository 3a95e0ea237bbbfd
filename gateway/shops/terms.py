"""What a shop has agreed to: a frozen value that pricing, invoices and settlement read."""

import re
from typing import Any, Final, Literal

import msgspec

from gateway.shops.errors import TermsRefused

MAX_LOCK_SECONDS = 3_600
MIN_LOCK_SECONDS = 60
MAX_FEE_BPS = 500
MAX_ORIGINS = 10
MAX_ORIGIN_CHARACTERS = 200
# Only on this machine may it be without TLS: whoever is in between could show the page as theirs.
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PORT: Final = r"(?::[1-9][0-9]{0,4})?"
_ORIGIN: Final = re.compile(
    rf"https://{_LABEL}(?:\.{_LABEL})*{_PORT}|http://(?:localhost|127\.0\.0\.1){_PORT}"
)

ReleaseAt = Literal["seen", "confirmed", "final"]
RefundRate = Literal["paid", "today"]


class ReleaseRule(msgspec.Struct, frozen=True):
    """Up to this amount the goods may be handed over at this stage.

    Attributes:
        up_to: minor units of the pricing currency; None means any amount.
        at: the stage a deposit must have reached.
    """

    up_to: int | None
    at: ReleaseAt


class ShopTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop's terms.

    Attributes:
        accepted_assets: asset codes, or None for every asset of the shop's chains.
        lock_seconds: how long a quote is promised.
        monitoring_seconds: how long an address is watched closely after the lock's end.
        underpay_tolerance_bps: an invoice counts as covered when at most this much is missing.
        overpay_tolerance_bps: how much more than the quote the lock still covers.
        fee_bps: the gateway's fee, taken from the shop's credit.
        fee_version: the number of the fee schedule's version that it is of.
        qr_kind: what the till's QR holds: the page's short URL or an ERC-681 wallet URI.
        late_policy: late money is credited at its day's rate, or kept for a refund.
        release_rules: when goods may be handed over, by amount, smallest first.
        at_risk_cap_units: settlement units that may be paid out before their deposits are final.
        max_open_lock_units: minor units of the pricing currency that may be locked at one time.
        payout_limit_units: settlement units that may leave in 24 hours without a second person;
            None: as much as the house lets any shop.
        refund_rates: at which rates refunds may be made, the usual one first: the rate that was
            paid, or the day's.
        refund_cashier_limit_units: minor units up to which a cashier's refund needs nobody else.
        refund_manager_limit_units: the same of a manager.
        refund_owner_limit_units: the same of the owner; above it, two people.
        refund_key_limit_units: the same of an API key.
        refund_proof_above_units: minor units above which who claims a refund proves to hold an
            address that paid; 0: always; None: never.
        exchange_lock: whether who pays from an exchange may have a longer, dearer lock.
        embed_origins: web origins whose pages may show the checkout in a frame of theirs.
    """

    accepted_assets: tuple[str, ...] | None = None
    lock_seconds: int = 900
    monitoring_seconds: int = 86_400
    underpay_tolerance_bps: int = 50
    overpay_tolerance_bps: int = 100
    fee_bps: int = 50
    fee_version: int = 1
    qr_kind: Literal["url", "erc681"] = "url"
    late_policy: Literal["credit", "refund"] = "credit"
    release_rules: tuple[ReleaseRule, ...] = (
        ReleaseRule(up_to=2_000, at="seen"),
        ReleaseRule(up_to=None, at="confirmed"),
    )
    at_risk_cap_units: int = 0
    max_open_lock_units: int = 5_000_000
    payout_limit_units: int | None = None
    refund_rates: tuple[RefundRate, ...] = ("paid", "today")
    refund_cashier_limit_units: int = 0
    refund_manager_limit_units: int = 20_000
    refund_owner_limit_units: int = 200_000
    refund_key_limit_units: int = 0
    refund_proof_above_units: int | None = None
    exchange_lock: bool = True
    embed_origins: tuple[str, ...] = ()


def terms_from(data: dict[str, Any]) -> ShopTerms:
    """Terms from JSON, checked.

    Raises:
        TermsRefused: a field is unknown, of the wrong type or out of its range.
    """
    try:
        terms = msgspec.convert(data, ShopTerms)
    except msgspec.ValidationError as error:
        raise TermsRefused(f"These terms can't be used: {error}.") from error
    _check("lock_seconds", terms.lock_seconds, MIN_LOCK_SECONDS, MAX_LOCK_SECONDS)
    _check("monitoring_seconds", terms.monitoring_seconds, 0, 90 * 86_400)
    _check("underpay_tolerance_bps", terms.underpay_tolerance_bps, 0, 10_000)
    _check("overpay_tolerance_bps", terms.overpay_tolerance_bps, 0, 1_000)
    _check("fee_bps", terms.fee_bps, 0, MAX_FEE_BPS)
    _check("fee_version", terms.fee_version, 1, 2**31 - 1)
    _check("at_risk_cap_units", terms.at_risk_cap_units, 0, 10**30)
    _check("max_open_lock_units", terms.max_open_lock_units, 0, 10**18)
    _check("payout_limit_units", terms.payout_limit_units or 0, 0, 10**30)
    _check_refunds(terms)
    check_origins(terms.embed_origins)
    limits = [rule.up_to for rule in terms.release_rules]
    bounded = [limit for limit in limits if limit is not None]
    if not limits or limits[-1] is not None or bounded != limits[:-1] or bounded != sorted(bounded):
        raise TermsRefused(
            "Release rules must grow by amount, and the last one must be for any amount.",
            field="release_rules",
        )
    return terms


def _check_refunds(terms: ShopTerms) -> None:
    if not terms.refund_rates or len(set(terms.refund_rates)) != len(terms.refund_rates):
        raise TermsRefused("Name each rate of refunds once.", field="refund_rates")
    for field in (
        "refund_cashier_limit_units",
        "refund_manager_limit_units",
        "refund_owner_limit_units",
        "refund_key_limit_units",
    ):
        _check(field, getattr(terms, field), 0, 10**18)
    _check("refund_proof_above_units", terms.refund_proof_above_units or 0, 0, 10**18)


def check_origins(origins: tuple[str, ...]) -> None:
    """Raises TermsRefused unless each is the origin of a web page, written as browsers write it.

    A frame's policy and its messages name them, so anything that is more, or less, than scheme,
    host and port would open the page to others, or to nobody.
    """
    if len(origins) > MAX_ORIGINS or len(set(origins)) != len(origins):
        raise TermsRefused(f"Name at most {MAX_ORIGINS} origins, each once.", field="embed_origins")
    for origin in origins:
        if not _ORIGIN.fullmatch(origin) or len(origin) > MAX_ORIGIN_CHARACTERS:
            raise TermsRefused(
                f"{origin[:80]!r} is no origin: https://, a host name, and a port if it isn't 443.",
                field="embed_origins",
            )


def _check(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise TermsRefused(f"{field} must lie between {low} and {high}.", field=field)
