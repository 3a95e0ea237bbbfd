"""Who we are to other providers, where we are established, what our tokens are called: the setting
TRAVEL_RULE."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from django.conf import settings

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.travelling.errors import AssetUnnamed, TravelUnreadable
from gateway.compliance.travelling.ivms.checking import is_lei
from gateway.compliance.travelling.thresholds import FATF, RULES
from gateway.compliance.travelling.trp_fields import AssetName
from gateway.money.amounts import Amount, parse_amount
from gateway.money.assets import fiat
from gateway.money.errors import MoneyError

PROOF_DAYS: Final = 365
MAX_PROOF_DAYS: Final = 1_826
ETHER: Final = AssetName(slip0044=60)


class TravelText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    establishments: tuple[str, ...] = ()
    name: str = ""
    lei: str = ""
    country: str = ""
    dti: dict[str, str] = {}
    proof_days: int = PROOF_DAYS
    test_shops: bool = False
    payer_from: dict[str, str] = {}
    certificate_header: str = ""
    certificate: str = ""
    certificate_key: str = ""


@dataclass(frozen=True, slots=True)
class TravelSettings:
    """Attributes:
    establishments: codes of the thresholds' table that count for us: where we are established.
    name, lei, country: who we are, to other providers.
    dti: Digital Token Identifiers by asset code.
    proof_days: how long a wallet's proof holds.
    test_shops: whether it counts for test shops too; their money is worth nothing.
    payer_from: the house's own figures from which on a shopper says who pays, in place of its
        jurisdictions'; none: theirs.
    certificate_header: in which the proxy says the client certificate's SHA-256; "": no provider
        can be told from another, so none is heard.
    certificate, certificate_key: files of the certificate that we come with; "": none.
    """

    establishments: frozenset[str]
    name: str
    lei: str
    country: str
    dti: dict[str, str]
    proof_days: int
    test_shops: bool
    payer_from: tuple[Amount, ...]
    certificate_header: str
    certificate: str
    certificate_key: str

    def counts(self, mode: str) -> bool:
        """Whether anything is asked for in a mode."""
        return mode == "live" or self.test_shops


def travel_settings() -> TravelSettings:
    """Raises TravelUnreadable."""
    return _read(msgspec.json.encode(settings.TRAVEL_RULE))


@lru_cache(maxsize=4)
def _read(encoded: bytes) -> TravelSettings:
    try:
        text = msgspec.json.decode(encoded, type=TravelText)
    except msgspec.ValidationError as error:
        raise TravelUnreadable(f"TRAVEL_RULE can't be read: {error}.") from error
    known = {rule.code for rule in RULES}
    for wrong, why in (
        (
            not set(text.establishments) <= known,
            f"establishments are of {', '.join(sorted(known))}",
        ),
        (text.lei and not is_lei(text.lei), "lei is no Legal Entity Identifier"),
        (text.country and text.country not in COUNTRIES, "country is none"),
        (not 1 <= text.proof_days <= MAX_PROOF_DAYS, "a proof holds for a day to five years"),
        (bool(text.certificate) != bool(text.certificate_key), "a certificate goes with its key"),
    ):
        if wrong:
            raise TravelUnreadable(f"TRAVEL_RULE: {why}.")
    return TravelSettings(
        establishments=frozenset(text.establishments or (FATF,)),
        name=text.name,
        lei=text.lei,
        country=text.country,
        dti=dict(text.dti),
        proof_days=text.proof_days,
        test_shops=text.test_shops,
        payer_from=_amounts(text.payer_from),
        certificate_header=text.certificate_header,
        certificate=text.certificate,
        certificate_key=text.certificate_key,
    )


def _amounts(told: dict[str, str]) -> tuple[Amount, ...]:
    """Raises TravelUnreadable: one is no amount of a currency."""
    try:
        found = tuple(parse_amount(told[code], fiat(code)) for code in sorted(told))
    except MoneyError as error:
        raise TravelUnreadable(f"TRAVEL_RULE: payer_from: {error}") from error
    if any(amount.units < 0 for amount in found):
        raise TravelUnreadable("TRAVEL_RULE: payer_from is not below zero.")
    return found


def asset_name(code: str) -> AssetName:
    """What a token is called between providers.

    Raises:
        AssetUnnamed: its identifier is not known; none is made up.
    """
    found = travel_settings().dti.get(code)
    if found:
        return AssetName(dti=found)
    if code.partition("@")[0] == "ETH" and code.endswith("@1"):
        return ETHER
    raise AssetUnnamed(f"{code} has no identifier that another provider would know.")


def asset_named(name: AssetName) -> frozenset[str]:
    """The codes of our tokens that another provider calls so."""
    if name == ETHER:
        return frozenset({"ETH@1"})
    return frozenset(code for code, dti in travel_settings().dti.items() if dti == name.dti)


def files_missing(told: TravelSettings) -> list[str]:
    """Of the certificate that we come with, the files that aren't there."""
    return [
        path
        for path in (told.certificate, told.certificate_key)
        if path and not Path(path).is_file()
    ]
