"""What OFAC says about an entity in the remarks of its legacy CSV. Pure.

Parts are separated by semicolons; the last ends with a full stop. Source: OFAC's data
specification of the SDN list (``dat_spec.txt``) and the lists themselves.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import worded_span
from gateway.compliance.listed.entities import ListedId, ListedName, ListedWallet, PartialDate
from gateway.compliance.listed.errors import ListUnreadable

_SPLIT: Final = re.compile(r";\s*")
_WALLET: Final = re.compile(r"Digital Currency Address - (\S+) (\S+)")
_BIRTH: Final = re.compile(r"DOB (circa )?(.+)")
_FROM: Final = re.compile(r"(?:nationality|citizen) (.+)")
_CALLED: Final = re.compile(r"(a\.k\.a\.|f\.k\.a\.|n\.k\.a\.) ['\"](.+)['\"]")
_YEARS: Final = re.compile(r"(\d{4})\s*-\s*(\d{4})", re.ASCII)
_DOCUMENT: Final = re.compile(
    r"(?P<kind>(?:[A-Z0-9][\w.'/&-]*\s(?:of\s|for\s|and\s|de\s)?){0,5}?"
    r"(?:No\.|Number|Passport|ID|Card|NIT|RUC|RIF|RTN|SSN|MMSI|Code|SWIFT/BIC|Identification"
    r"|C\.U\.R\.P\.|R\.F\.C\.|I\.F\.E\.)(?:\s#)?)\s"
    r"(?P<number>[^();]*\d[^();]*?)(?:\s\((?P<country>[^()]+)\))?(?:\s(?:issued|expires)\s.*)?"
)
_NO_DOCUMENT: Final = re.compile(
    r"Phone|Telephone|Fax|Linked To|Executive|Secondary|Listing|Effective"
)
_ALTERNATIVE: Final = re.compile(r"^alt\.\s+", re.IGNORECASE)


@dataclass(slots=True)
class Remarks:
    """What was found in them."""

    names: list[ListedName] = field(default_factory=list)
    birth_dates: list[PartialDate] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    ids: list[ListedId] = field(default_factory=list)
    wallets: list[ListedWallet] = field(default_factory=list)


def read_remarks(text: str) -> Remarks:
    """What remarks say that names, dates, countries, documents and addresses are made of.

    What is none of these stays in the text, which is kept whole.

    Raises:
        ListUnreadable: they speak of a digital currency address and it can't be read.
    """
    found = Remarks()
    for part in _SPLIT.split(text.strip().removesuffix(".")):
        _read(_ALTERNATIVE.sub("", part.strip()), found)
    return found


def _read(part: str, found: Remarks) -> None:
    if "Digital Currency Addres" in part:
        wallet = _WALLET.fullmatch(part)
        if wallet is None:
            raise ListUnreadable(f"{part[:80]!r} is no digital currency address.")
        found.wallets.append(ListedWallet(chain=wallet[1], text=wallet[2]))
    elif birth := _BIRTH.fullmatch(part):
        found.birth_dates += _dates(birth[2], circa=bool(birth[1]))
    elif country := _FROM.fullmatch(part):
        code = country_code(country[1])
        found.countries += [code] if code else []
    elif called := _CALLED.fullmatch(part):
        # Of the aliases only the weak ones stand in the remarks; former names are no aliases.
        strength = "weak" if called[1] == "a.k.a." else "strong"
        found.names.append(ListedName(called[2], strength))  # type: ignore[arg-type]
    elif (document := _DOCUMENT.fullmatch(part)) and not _NO_DOCUMENT.match(part):
        found.ids.append(
            ListedId(
                kind=document["kind"].strip(),
                number=document["number"].strip(),
                country=country_code(document["country"]) if document["country"] else "",
            )
        )


def _dates(text: str, *, circa: bool) -> tuple[PartialDate, ...]:
    """The dates; none where words say more than a date can, and the remarks keep them."""
    years = _YEARS.fullmatch(text)
    try:
        return worded_span(f"{years[1]} to {years[2]}" if years else text, circa=circa)
    except ListUnreadable:
        return ()
