"""The ramps that RAMPS names. Keys are read from the environment when they are needed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.outside.stripe_client import ADDRESS, mode_of_key
from gateway.ramps.errors import RampNotOffered, RampsUnreadable
from gateway.ramps.interface import Ramp
from gateway.ramps.iso20022.charset import sepa_name
from gateway.ramps.iso20022.iban import bic_of, iban_of
from gateway.ramps.terms import STEPS, FeeTerms, Kind, Offer
from gateway.settings.environment import Environment

if TYPE_CHECKING:
    from gateway.ramps.stripe_balances import BalanceRamp
    from gateway.ramps.stripe_cards import CardRamp
    from gateway.ramps.stripe_identity import StripeIdentity
    from gateway.ramps.stripe_onramp import StripeOnramp
    from gateway.ramps.stripe_readers import ReaderRamp
    from gateway.ramps.stripe_refunds import RefundRamp

NAME: Final = re.compile("[a-z0-9_.-]+")
"""What the books can name an account by."""
ODD: Final = frozenset({"HUF", "KWD"})
"""Stripe pays these only in round amounts (https://docs.stripe.com/currencies#special-cases)."""


class CurrencySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One currency of a ramp.

    Attributes:
        least_units, most_units: minor units that one payout may be of.
        fee_fixed_units, fee_ppm: what the ramp charges for a payout.
        fee_bearer: who pays that.
        spread_ppm: what buying the currency costs the house, kept from the shop's rate.
    """

    least_units: int = 1
    most_units: int = 99_999_999
    fee_fixed_units: int = 0
    fee_ppm: int = 0
    fee_bearer: Literal["house", "shop"] = "house"
    spread_ppm: int = 0


class OnrampSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token that a ramp sells, by the ramp's names: ``usdc`` on ``base``."""

    currency: str
    network: str


class RampSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of RAMPS.

    Attributes:
        name: ours, as the books name its account.
        currencies: what it pays in, by code.
        country: ISO 3166 code of the shops whose accounts are made there; Stripe's.
        iban, bic, holder: of iso20022: the house's account, from which its bank pays.
        outbox: of iso20022: the folder that files for the bank are dropped into; "": people fetch
            them.
        address: another place than the ramp's own; test mode only.
        timeout_ms: of one request.
        cards: whether it charges cards for shops that may take them.
        onramp: tokens that it sells for a card, by our asset codes.
        dispute_fee_bearer: who pays what it charges for a dispute.
    """

    name: str
    kind: Literal["stripe", "iso20022"]
    currencies: dict[str, CurrencySettings]
    country: str = "DE"
    address: str = ""
    timeout_ms: int = 20_000
    iban: str = ""
    bic: str = ""
    holder: str = ""
    outbox: str = ""
    cards: bool = False
    onramp: dict[str, OnrampSettings] = {}
    dispute_fee_bearer: Literal["house", "shop"] = "house"

    @property
    def steps(self) -> tuple[Kind, ...]:
        return STEPS[self.kind]

    @property
    def mode(self) -> str:
        return "live" if settings.LIVE_MODE else "test"

    def offers(self) -> dict[str, Offer]:
        return {
            code: Offer(
                least=Amount(told.least_units, FIAT[code]),
                most=Amount(told.most_units, FIAT[code]),
                fee=FeeTerms(told.fee_fixed_units, told.fee_ppm, told.fee_bearer),
            )
            for code, told in self.currencies.items()
        }


@dataclass(frozen=True, slots=True)
class RampKeys:
    """Secrets of a ramp; neither printed nor logged.

    Attributes:
        webhooks: what its events are signed with; two while one is being changed.
    """

    key: str = field(default="", repr=False)
    webhooks: tuple[str, ...] = field(default=(), repr=False)


def ramp_settings() -> tuple[RampSettings, ...]:
    """What RAMPS says.

    Raises:
        RampsUnreadable: a field is unknown or out of range, or a name stands twice.
    """
    told: Any = settings.RAMPS or []
    try:
        entries = msgspec.convert(told, tuple[RampSettings, ...])
    except msgspec.ValidationError as error:
        raise RampsUnreadable(f"RAMPS can't be read: {error}") from error
    for wrong in _wrong(entries):
        raise RampsUnreadable(f"RAMPS can't be read: {wrong}")
    return entries


def settings_of(name: str) -> RampSettings:
    """Raises RampNotOffered, RampsUnreadable."""
    for entry in ramp_settings():
        if entry.name == name:
            return entry
    raise RampNotOffered(f"RAMPS names no ramp {name!r}.")


def ramp_for(*, mode: str, currency: str) -> RampSettings:
    """The first ramp that pays shops of that mode in that currency.

    Raises:
        RampNotOffered: none does.
        RampsUnreadable
    """
    for entry in ramp_settings():
        if entry.mode == mode and currency in entry.currencies:
            return entry
    raise RampNotOffered(f"No ramp pays {mode} shops in {currency}.")


def keys_of(name: str) -> RampKeys:
    """Its secrets out of the environment, or out of the files that it names; never in settings,
    which any process prints when it fails."""
    stem = "RAMP_" + re.sub("[^A-Z0-9]", "_", name.upper())
    read = Environment()
    words = read.str(f"{stem}_WEBHOOK_SECRETS", default="").replace(",", " ").split()
    return RampKeys(key=read.str(f"{stem}_KEY", default=""), webhooks=tuple(words))


def configured_ramp(name: str) -> Ramp:
    """The ramp of that name. Asks it nothing yet.

    Raises:
        RampNotOffered: the settings name none.
        RampsUnreadable: they can't be read, or its key is missing or of the other mode.
    """
    entry = settings_of(name)
    if entry.kind == "iso20022":
        from gateway.ramps.iso20022.ramp import Iso20022Ramp

        return Iso20022Ramp(name=entry.name, mode=entry.mode, offers=entry.offers())
    keys = keys_of(name)
    if mode_of_key(keys.key) != entry.mode:
        raise RampsUnreadable(f"The ramp {name} has no secret key for {entry.mode} mode.")
    return _stripe(msgspec.json.encode(entry), keys.key, entry.mode)


@lru_cache(maxsize=8)
def _stripe(encoded: bytes, key: str, mode: str) -> Ramp:
    from gateway.ramps.stripe import StripeRamp

    entry = msgspec.json.decode(encoded, type=RampSettings)
    return StripeRamp(
        name=entry.name,
        mode=mode,
        key=key,
        offers=entry.offers(),
        country=entry.country,
        cards=entry.cards,
        address=entry.address or ADDRESS,
        timeout_seconds=entry.timeout_ms / 1000,
    )


def configured_cards(name: str) -> "CardRamp":
    """The ramp of that name, for cards. Asks it nothing yet.

    Raises:
        RampNotOffered: the settings name none, or it takes no cards.
        RampsUnreadable: as ``configured_ramp``.
    """
    from gateway.ramps.stripe_cards import StripeCards

    if not settings_of(name).cards:
        raise RampNotOffered(f"The ramp {name} takes no cards.")
    return StripeCards(**_connection(name))


def configured_readers(name: str) -> "ReaderRamp":
    """The ramp of that name, for card readers. Asks it nothing yet.

    Raises:
        RampNotOffered, RampsUnreadable: as ``configured_cards``.
    """
    from gateway.ramps.stripe_readers import StripeReaders

    if not settings_of(name).cards:
        raise RampNotOffered(f"The ramp {name} takes no cards.")
    return StripeReaders(**_connection(name))


def configured_card_refunds(name: str) -> "RefundRamp":
    """The ramp of that name, for money back to cards, whether it takes new ones or not.

    Raises:
        RampNotOffered, RampsUnreadable: as ``configured_ramp``.
    """
    from gateway.ramps.stripe_refunds import StripeRefunds

    return StripeRefunds(**_connection(name))


def configured_balances(name: str) -> "BalanceRamp":
    """The ramp of that name, for what it holds for the house. Asks it nothing yet.

    Raises:
        RampNotOffered, RampsUnreadable: as ``configured_ramp``.
    """
    from gateway.ramps.stripe_balances import StripeBalances

    return StripeBalances(**_connection(name))


def configured_onramp(name: str) -> "StripeOnramp":
    """The ramp of that name, for buying tokens. Asks it nothing yet.

    Raises:
        RampNotOffered, RampsUnreadable: as ``configured_ramp``.
    """
    from gateway.ramps.stripe_onramp import StripeOnramp

    return StripeOnramp(**_connection(name))


def configured_identity(name: str) -> "StripeIdentity":
    """The ramp of that name, for proofs of identity. Asks it nothing yet.

    Raises:
        RampNotOffered, RampsUnreadable: as ``configured_ramp``.
    """
    from gateway.ramps.stripe_identity import StripeIdentity

    return StripeIdentity(**_connection(name))


def _connection(name: str) -> dict[str, Any]:
    entry, keys = settings_of(name), keys_of(name)
    if mode_of_key(keys.key) != entry.mode:
        raise RampsUnreadable(f"The ramp {name} has no secret key for {entry.mode} mode.")
    return {
        "key": keys.key,
        "mode": entry.mode,
        "address": entry.address or ADDRESS,
        "timeout_seconds": entry.timeout_ms / 1000,
    }


def _wrong(entries: tuple[RampSettings, ...]) -> Iterator[str]:
    names = [entry.name for entry in entries]
    for entry in entries:
        if names.count(entry.name) > 1:
            yield f"{entry.name!r} stands twice"
        if not NAME.fullmatch(entry.name):
            yield f"{entry.name!r} is no name"
        if not entry.currencies:
            yield f"{entry.name} pays in no currency"
        if entry.address and (entry.mode == "live" or not urlsplit(entry.address).hostname):
            yield f"{entry.name} names another place than its ramp's"
        if not 0 < entry.timeout_ms <= 60_000:
            yield f"{entry.name} waits for no time, or too long"
        yield from _wrong_account(entry)
        if entry.iban and [one.iban for one in entries].count(entry.iban) > 1:
            yield f"{entry.name} is another's account too"
        yield from _wrong_currencies(entry)


def _wrong_currencies(entry: RampSettings) -> Iterator[str]:
    for code, told in entry.currencies.items():
        if code not in FIAT:
            yield f"{code!r} is no currency we know"
        elif code in ODD and entry.kind == "stripe":
            yield f"{code} is paid only in round amounts, which we don't round to"
        if not 0 < told.least_units <= told.most_units:
            yield f"{entry.name} pays no amount in {code}"
        if min(told.fee_fixed_units, told.fee_ppm, told.spread_ppm) < 0:
            yield f"{entry.name} charges less than nothing in {code}"
        if max(told.fee_ppm, told.spread_ppm) >= 1_000_000:
            yield f"{entry.name} takes all of it in {code}"


def _wrong_account(entry: RampSettings) -> Iterator[str]:
    """A bank account is in one currency, of a holder that can be written; what its bank charges
    stands in its statements."""
    if entry.kind != "iso20022":
        if entry.iban or entry.bic or entry.holder or entry.outbox:
            yield f"{entry.name} has no bank account of the house's"
        return
    if len(entry.currencies) > 1:
        yield f"{entry.name} is an account in one currency"
    if any(told.fee_fixed_units or told.fee_ppm for told in entry.currencies.values()):
        yield f"{entry.name} charges what its statements say"
    try:
        iban_of(entry.iban)
        bic_of(entry.bic)
        sepa_name(entry.holder)
    except TillwayError as error:
        yield f"{entry.name}: {error.message}"
