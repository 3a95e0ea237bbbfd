"""A listed person, body, ship or aircraft as its publisher describes it. Pure."""

from dataclasses import dataclass
from typing import Literal

EntityKind = Literal["person", "organisation", "vessel", "aircraft", "unknown"]
NameStrength = Literal["primary", "strong", "weak"]
"""``weak`` as OFAC means it: an alias so common that it must not convict by itself."""


@dataclass(frozen=True, slots=True)
class ListedName:
    """One way an entity is called, in its publisher's spelling and script."""

    full: str
    strength: NameStrength = "primary"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which only a part may be known; ``circa`` where the publisher says about."""

    year: int
    month: int | None = None
    day: int | None = None
    circa: bool = False


@dataclass(frozen=True, slots=True)
class ListedId:
    """A passport, tax or registration number; ``country`` is ISO 3166 alpha-2 or ''."""

    kind: str
    number: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class ListedWallet:
    """A blockchain address; ``chain`` is the publisher's word for it (``ETH``, ``XBT``, ``USDT``).

    ``text`` keeps the publisher's spelling.
    """

    chain: str
    text: str


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """All that one version of a list says about one entity.

    Args:
        source: the list's name (``ofac``, ``eu``, ``un``, ``uk`` …).
        id: the publisher's own id: it stays the same from version to version.
        countries: ISO 3166 alpha-2, of citizenship, residence, registration or flag.
        programs: the programmes or regimes it is listed under.
    """

    source: str
    id: str
    kind: EntityKind
    names: tuple[ListedName, ...]
    birth_dates: tuple[PartialDate, ...] = ()
    countries: tuple[str, ...] = ()
    ids: tuple[ListedId, ...] = ()
    wallets: tuple[ListedWallet, ...] = ()
    programs: tuple[str, ...] = ()
    remarks: str = ""
