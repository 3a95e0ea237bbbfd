"""What plugins send, read strictly where it means money and kindly everywhere else. Pure.

Unknown fields are left alone: plugins send those of every version of their protocol.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from gateway.shops.terms import ReleaseAt
from merchants.plugins.methods import Methods
from merchants.plugins.problems import Fault, InputRefused, fault

MINUTE: Final = 60
MIN_EXPIRY_SECONDS: Final = 30
MAX_URL: Final = 2_000
MAX_SECRET: Final = 500
MAX_NAME: Final = 50
_DECIMAL: Final = re.compile(r"([0-9]{1,20})\.([0-9]{1,20})")
SPEEDS: Final[dict[str, ReleaseAt]] = {
    "HighSpeed": "seen",
    "MediumSpeed": "confirmed",
    "LowMediumSpeed": "final",
    "LowSpeed": "final",
}
"""When the goods may go, for each way plugins have to say how sure a payment must be."""


def percent_of(bps: int) -> int | float:
    """Percent that may be missing: a number in the protocol, since it is no money. Whole where it
    is whole, because the PHP library's getter takes no other."""
    return bps / 100 if bps % 100 else bps // 100


@dataclass(frozen=True, slots=True)
class Checkout:
    """How an invoice's checkout is to be, as far as it was said; None is the shop's own way.

    ``tolerance_bps``: how much may be missing, in hundredths of a percent.
    """

    speed: str | None = None
    methods: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    lock_seconds: int | None = None
    monitoring_seconds: int | None = None
    tolerance_bps: int | None = None
    redirect_url: str = ""
    redirect_automatically: bool | None = None
    language: str | None = None
    default_method: str | None = None

    def as_asked(self) -> dict[str, Any]:
        """What is kept of it, in the protocol's names: what can't be told from the invoice, whose
        own terms may be stricter than what was asked for."""
        monitoring, tolerance = self.monitoring_seconds, self.tolerance_bps
        return {
            "speedPolicy": self.speed,
            "monitoringMinutes": None if monitoring is None else round(monitoring / MINUTE),
            "paymentTolerance": None if tolerance is None else percent_of(tolerance),
            "paymentMethods": list(self.methods) or None,
            "redirectAutomatically": self.redirect_automatically,
            "defaultLanguage": self.language,
            "defaultPaymentMethod": self.default_method,
        }


@dataclass(frozen=True, slots=True)
class NewInvoice:
    amount: Amount
    metadata: dict[str, Any]
    order_id: str
    checkout: Checkout


@dataclass
class _Reading:
    """One body and the faults found in it so far."""

    body: Mapping[str, Any]
    at: str = ""
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, name: str, message: str) -> None:
        self.faults.append(fault(f"{self.at}{name}", message))

    def within(self, name: str) -> "_Reading":
        """The object under ``name``; an empty one if it is null or missing."""
        inner = self.body.get(name)
        if inner is not None and not isinstance(inner, dict):
            self.refuse(name, "This must be an object.")
        found = inner if isinstance(inner, dict) else {}
        return _Reading(found, at=f"{self.at}{name}.", faults=self.faults)

    def text(self, name: str, *, longest: int = 200) -> str | None:
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.refuse(name, "This must be text.")
            return None
        if len(value) > longest or "\0" in value:
            self.refuse(name, f"This must be at most {longest} characters.")
            return None
        return value

    def switch(self, name: str) -> bool | None:
        value = self.body.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.refuse(name, "This must be true or false.")
        return None

    def texts(self, name: str) -> list[str]:
        value = self.body.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.refuse(name, "This must be a list of texts.")
            return []
        return value

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """A number that is no money."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.refuse(name, "This must be a number.")
            return None
        if not least <= value <= most:
            self.refuse(name, f"This must lie between {least:g} and {most:g}.")
            return None
        return value

    def end(self) -> None:
        """Raises InputRefused if there was a fault."""
        if self.faults:
            raise InputRefused(*self.faults)


def read_invoice(
    body: Mapping[str, Any], *, currency: Asset, methods: Methods, most_lock_seconds: int
) -> NewInvoice:
    """The invoice that a plugin asks for.

    Raises:
        InputRefused: with every fault at once.
    """
    reading = _Reading(body)
    amount = _amount(reading, currency)
    asked_currency = reading.text("currency")
    if asked_currency and asked_currency.upper() != currency.code:
        reading.refuse("currency", f"This shop prices in {currency.code}.")
    metadata = reading.within("metadata")
    order_id = metadata.body.get("orderId")
    if order_id is not None and type(order_id) not in (str, int):
        metadata.refuse("orderId", "This must be text.")
    checkout = _checkout(reading.within("checkout"), methods, most_lock_seconds=most_lock_seconds)
    reading.end()
    assert amount is not None
    return NewInvoice(
        amount=amount,
        metadata=dict(metadata.body),
        order_id="" if order_id is None else str(order_id),
        checkout=checkout,
    )


def read_metadata(body: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The metadata that replaces an invoice's, and the order that it names.

    Raises:
        InputRefused
    """
    reading = _Reading(body)
    if body.get("metadata") is None:
        reading.refuse("metadata", "Say which metadata to keep.")
    metadata = reading.within("metadata")
    order_id = metadata.body.get("orderId")
    if order_id is not None and type(order_id) not in (str, int):
        metadata.refuse("orderId", "This must be text.")
    reading.end()
    return dict(metadata.body), "" if order_id is None else str(order_id)


def _amount(reading: _Reading, currency: Asset) -> Amount | None:
    value = reading.body.get("amount")
    if value is None:
        reading.refuse(
            "amount", "An invoice here needs an amount: there are none that are only topped up."
        )
        return None
    if isinstance(value, str):
        value = _rounded(value, currency)
    amount = _money(reading, "amount", value, currency)
    if amount is not None and amount.units <= 0:
        reading.refuse("amount", "The amount must be more than zero.")
    return amount


def _rounded(text: str, asset: Asset) -> str:
    """A price at the currency's decimals, halves up, as the protocol's own server rounds it: shops
    multiply by tax and by rates, and OpenCart's sends what comes of it with eight decimals. What
    would change by a hundredth or more is left as it is, to be refused.

    Source: ``CreateInvoiceCoreRaw`` and ``RoundToSignificant`` of btcpayserver 2.4.1.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None or len(match[2]) <= asset.decimals:
        return text
    exact, step = int(match[1] + match[2]), 10 ** (len(match[2]) - asset.decimals)
    units = (2 * exact + step) // (2 * step)
    if abs(units * step - exact) * 100 >= max(exact, 1):
        return text
    return format_amount(Amount(units, asset))


def _money(reading: _Reading, name: str, value: object, asset: Asset) -> Amount | None:
    """An amount as text, or as a whole number. Zeros beyond the currency's decimals say nothing;
    other digits there would be lost, so they are refused."""
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str):
        reading.refuse(name, 'An amount is text, such as "12.50", so that no digit of it is lost.')
        return None
    whole, point, fraction = value.partition(".")
    kept = fraction[: asset.decimals] + fraction[asset.decimals :].rstrip("0")
    try:
        return parse_amount(whole if fraction and not kept else whole + point + kept, asset)
    except MoneyError as error:
        reading.refuse(name, error.message)
        return None


def _checkout(reading: _Reading, methods: Methods, *, most_lock_seconds: int) -> Checkout:
    speed = reading.text("speedPolicy")
    if speed is not None and speed not in SPEEDS:
        reading.refuse("speedPolicy", f"This must be one of {', '.join(SPEEDS)}.")
    minutes = reading.number(
        "expirationMinutes", least=MIN_EXPIRY_SECONDS / MINUTE, most=most_lock_seconds / MINUTE
    )
    monitoring = reading.number("monitoringMinutes", least=0, most=90 * 24 * 60)
    tolerance = reading.number("paymentTolerance", least=0, most=100)
    names = reading.texts("paymentMethods")
    return Checkout(
        speed=speed,
        methods=tuple(names),
        assets=tuple(_assets(reading, names, methods)),
        lock_seconds=None if minutes is None else round(minutes * MINUTE),
        monitoring_seconds=None if monitoring is None else round(monitoring * MINUTE),
        tolerance_bps=None if tolerance is None else round(tolerance * 100),
        redirect_url=_url(reading, "redirectURL"),
        redirect_automatically=reading.switch("redirectAutomatically"),
        language=reading.text("defaultLanguage"),
        default_method=reading.text("defaultPaymentMethod"),
    )


def _assets(reading: _Reading, names: Sequence[str], methods: Methods) -> list[str]:
    found: list[str] = []
    for name in names:
        asset = methods.asset_named(name)
        if asset is None:
            known = ", ".join(sorted(methods.assets))
            reading.refuse("paymentMethods", f"There is no {name[:40]!r} here; there are {known}.")
        else:
            found.append(asset)
    return list(dict.fromkeys(found))


def _url(reading: _Reading, name: str) -> str:
    url = reading.text(name, longest=MAX_URL) or ""
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
            reading.refuse(name, "This must be a web address, with its https://.")
            return ""
    return url


@dataclass(frozen=True, slots=True)
class NewRefund:
    """What a plugin asks to give back.

    Attributes:
        variant: one of ``VARIANTS``.
        amount: for ``Custom`` alone.
        subtract_bps: hundredths of a percent that the shop keeps.
        assets: what the shopper may choose from; none: whatever they may.
    """

    variant: str
    name: str
    description: str
    amount: Amount | None
    subtract_bps: int
    assets: tuple[str, ...]


VARIANTS: Final = ("RateThen", "CurrentRate", "OverpaidAmount", "Fiat", "Custom")


def read_refund(
    body: Mapping[str, Any], *, currencies: Mapping[str, Asset], methods: Methods
) -> NewRefund:
    """The refund of an invoice that a plugin asks for.

    Args:
        currencies: what an amount of one's own may be in, by name.

    Raises:
        InputRefused
    """
    reading = _Reading(body)
    variant = reading.text("refundVariant")
    if variant not in VARIANTS:
        reading.refuse("refundVariant", f"This must be one of {', '.join(VARIANTS)}.")
    amount = None
    if variant == "Custom":
        code = reading.text("customCurrency") or ""
        asset = currencies.get(code.upper())
        if asset is None:
            reading.refuse("customCurrency", f"Use one of {', '.join(sorted(currencies))}.")
        else:
            amount = _money(reading, "customAmount", body.get("customAmount"), asset)
    percentage = _percentage(reading)
    named = [reading.text("payoutMethodId"), reading.text("paymentMethod")]
    names = [name for name in named if name][:1] + reading.texts("payoutMethods")
    assets = [methods.asset_named(name) for name in names]
    for name, asset_code in zip(names, assets, strict=True):
        if asset_code is None:
            reading.refuse("payoutMethodId", f"There is no {name[:40]!r} here.")
    name, description = _labels(reading)
    reading.end()
    return NewRefund(
        variant=str(variant),
        name=name,
        description=description,
        amount=amount,
        subtract_bps=percentage,
        assets=tuple(dict.fromkeys(asset for asset in assets if asset is not None)),
    )


def _percentage(reading: _Reading) -> int:
    """Plugins send a share to keep as a number, or as text like all their exact numbers."""
    value = reading.body.get("subtractPercentage")
    if isinstance(value, str):
        try:
            value = float(value)  # a percentage, which is no money
        except ValueError:
            reading.refuse("subtractPercentage", "This must be a number.")
            return 0
    read = _Reading({"subtractPercentage": value}, faults=reading.faults)
    return round((read.number("subtractPercentage", least=0, most=100) or 0) * 100)


def _labels(reading: _Reading) -> tuple[str, str]:
    return (
        reading.text("name", longest=MAX_NAME) or "",
        reading.text("description", longest=1_000) or "",
    )


@dataclass(frozen=True, slots=True)
class NewPullPayment:
    """Money to be claimed by a link, named after the order that it is for."""

    name: str
    description: str
    amount: Amount
    assets: tuple[str, ...]


def read_pull_payment(
    body: Mapping[str, Any], *, currencies: Mapping[str, Asset], methods: Methods
) -> NewPullPayment:
    """The pull payment that a plugin asks for. What it can't be told here (a period, a start) is
    left alone.

    Raises:
        InputRefused
    """
    reading = _Reading(body)
    code = (reading.text("currency") or "").upper()
    amount = None
    if code not in currencies:
        reading.refuse("currency", f"Use one of {', '.join(sorted(currencies))}.")
    else:
        amount = _money(reading, "amount", body.get("amount"), currencies[code])
        if amount is not None and amount.units <= 0:
            reading.refuse("amount", "The amount must be more than zero.")
    names = reading.texts("payoutMethods") or reading.texts("paymentMethods")
    assets = tuple(
        dict.fromkeys(a for a in (methods.asset_named(name) for name in names) if a is not None)
    )
    name, description = _labels(reading)
    reading.end()
    assert amount is not None
    return NewPullPayment(name=name, description=description, amount=amount, assets=assets)


@dataclass(frozen=True, slots=True)
class WebhookAsked:
    """What a plugin asks of a webhook; None: left as it is."""

    url: str | None
    events: tuple[str, ...] | None
    enabled: bool | None
    retries: bool | None
    secret: str | None


def read_webhook(body: Mapping[str, Any], *, known: Collection[str]) -> WebhookAsked:
    """A webhook as it is to be.

    Args:
        known: the types of messages that may be chosen.

    Raises:
        InputRefused
    """
    reading = _Reading(body)
    chosen = reading.within("authorizedEvents")
    everything, specific = chosen.switch("everything"), chosen.texts("specificEvents")
    for name in specific:
        if name not in known:
            chosen.refuse("specificEvents", f"There is no event {name[:60]!r}.")
    if everything is False and "specificEvents" in chosen.body and not specific:
        chosen.refuse("specificEvents", "Choose everything, or at least one event.")
    events: tuple[str, ...] | None = None
    if everything or ("authorizedEvents" in body and not specific):
        events = ("*",)
    elif specific:
        events = tuple(specific)
    secret = reading.text("secret", longest=MAX_SECRET)
    asked = WebhookAsked(
        url=reading.text("url", longest=MAX_URL),
        events=events,
        enabled=reading.switch("enabled"),
        retries=reading.switch("automaticRedelivery"),
        secret=secret or None,
    )
    reading.end()
    return asked
