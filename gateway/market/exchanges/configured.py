"""The exchanges that EXCHANGES names."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from gateway.events.errors import TillwayError
from gateway.market.exchanges.places import Exchange, ExchangeUnknown
from gateway.market.exchanges.recorded import RecordedExchange
from gateway.market.exchanges.through_ccxt import SPOKEN, CcxtExchange, Credentials
from gateway.settings.environment import Environment

NAME = re.compile("[a-z0-9_.-]+")
"""What the books can name an account by."""


class ExchangesUnreadable(TillwayError):
    code = "exchanges_unreadable"
    message = "EXCHANGES can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an exchange names one of our assets, and the chain that it comes over."""

    currency: str
    network: str = ""


class ExchangeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of EXCHANGES.

    Attributes:
        name: ours, as the books name its account.
        file: of a recording.
        exchange: ccxt's name of it.
        sandbox: its test site, with money that is none.
        url: another place of that test site; sandboxes only.
        assets: what may lie there, by our codes.
        trade: whether hedges may be traded there, beside moves.
        taker_fee_ppm: what our account pays; None: what the exchange publishes.
        fixed_cost_usd_cents: what using it costs at all, for each order: what a hedge there must
            bring more than pools. A withdrawal's fee and the work that moves are.
        max_order_usd_cents, max_daily_usd_cents: of one order; of a UTC day's orders.
        max_capital_share_ppm: no more of the house's capital is moved there.
        max_price_gap_ppm: a book whose best price is further from our fair value is a lie.
        max_book_age_ms: an older book is none.
    """

    name: str
    kind: Literal["recorded", "ccxt"]
    file: str = ""
    exchange: str = ""
    sandbox: bool = False
    url: str = ""
    assets: dict[str, Held] = {}
    trade: bool = False
    taker_fee_ppm: int | None = None
    fixed_cost_usd_cents: int = 0
    max_order_usd_cents: int = 1_000_000
    max_daily_usd_cents: int = 10_000_000
    max_capital_share_ppm: int = 1_000_000
    max_price_gap_ppm: int = 20_000
    max_book_age_ms: int = 10_000

    @property
    def simulated(self) -> bool:
        return self.kind == "recorded" or self.sandbox


def exchange_settings() -> tuple[ExchangeSettings, ...]:
    """What EXCHANGES says.

    Raises:
        ExchangesUnreadable: a field is unknown or of the wrong type, or a name stands twice.
    """
    try:
        told = msgspec.convert(settings.EXCHANGES, tuple[ExchangeSettings, ...])
    except msgspec.ValidationError as error:
        raise ExchangesUnreadable(f"EXCHANGES can't be read: {error}") from error
    for wrong in _wrong(told):
        raise ExchangesUnreadable(f"EXCHANGES can't be read: {wrong}")
    return told


def settings_of(name: str) -> ExchangeSettings:
    """Raises ExchangeUnknown, ExchangesUnreadable."""
    for entry in exchange_settings():
        if entry.name == name:
            return entry
    raise ExchangeUnknown(f"EXCHANGES names no exchange {name!r}.")


def configured_exchange(name: str) -> Exchange:
    """The exchange of that name. Asks it nothing yet.

    Raises:
        ExchangeUnknown: the settings name none.
        ExchangesUnreadable: they can't be read.
    """
    entry = settings_of(name)
    if entry.kind == "recorded":
        currencies = {code: held.currency for code, held in entry.assets.items()}
        return RecordedExchange(name=name, path=Path(entry.file), held=currencies)
    return _through_ccxt(msgspec.json.encode(entry), credentials_of(name))


def credentials_of(name: str) -> Credentials:
    """Its key out of the environment, or out of the files that it names; never in settings, which
    any process prints when it fails."""
    stem = "EXCHANGE_" + re.sub("[^A-Z0-9]", "_", name.upper())
    key, secret, word = (Environment().str(f"{stem}_{each}", default="") for each in _PARTS)
    return Credentials(key=key, secret=secret, word=word)


_PARTS = ("KEY", "SECRET", "PASSWORD")


@lru_cache(maxsize=16)
def _through_ccxt(encoded: bytes, credentials: Credentials) -> CcxtExchange:
    """One object a process: it keeps what it knows of the markets."""
    entry = msgspec.json.decode(encoded, type=ExchangeSettings)
    return CcxtExchange(
        name=entry.name,
        exchange=entry.exchange,
        sandbox=entry.sandbox,
        url=entry.url,
        held={code: (held.currency, held.network) for code, held in entry.assets.items()},
        taker_fee_ppm=entry.taker_fee_ppm,
        credentials=credentials,
        allow_loopback=entry.sandbox and bool(entry.url) and not settings.LIVE_MODE,
    )


def _wrong(told: tuple[ExchangeSettings, ...]) -> Iterator[str]:
    names = [entry.name for entry in told]
    for entry in told:
        if names.count(entry.name) > 1:
            yield f"{entry.name!r} stands twice"
        if not NAME.fullmatch(entry.name):
            yield f"{entry.name!r} is no name"
        if entry.kind == "recorded" and not entry.file:
            yield f"{entry.name} has no file"
        if entry.kind == "ccxt" and entry.exchange not in SPOKEN:
            yield f"{entry.exchange!r} is none of {', '.join(SPOKEN)}"
        if entry.url and not (entry.sandbox and urlsplit(entry.url).hostname):
            yield f"{entry.name} names another place than its exchange's"
        if min(entry.max_order_usd_cents, entry.max_daily_usd_cents, entry.max_book_age_ms) <= 0:
            yield f"{entry.name} has a limit that lets nothing through"
