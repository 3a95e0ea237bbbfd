"""Whom or what an alert is about, as a text: ``deposit:<uuid>``, ``address:0x…``. Pure."""

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

AboutKind = Literal["deposit", "shop", "address", "subject", "payout", "list", "network"]
"""``subject`` is a person or body that was asked to prove who they are; ``list`` a feed;
``network`` a prefix of addresses that somebody came from."""

_UUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDS: Final[dict[str, str]] = {
    "deposit": _UUID,
    "shop": _UUID,
    "subject": _UUID,
    "payout": _UUID,
    "address": "0x[0-9a-f]{40}",
    "list": "[a-z0-9][a-z0-9_.-]{0,63}",
    "network": "[0-9a-f.:]{2,39}/[0-9]{1,3}",
}


class AboutUnreadable(ValueError):
    """It names nothing that an alert can be about: a programmer's error."""


@dataclass(frozen=True, slots=True)
class About:
    """What kind of thing, and which one."""

    kind: AboutKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def about_of(text: str) -> About:
    """Read it; spellings of one thing (an address's capitals) become one.

    Raises:
        AboutUnreadable
    """
    kind, _, found = text.partition(":")
    told = found.lower()
    if kind not in _IDS or re.fullmatch(_IDS[kind], told) is None:
        raise AboutUnreadable(f"{text[:80]!r} names nothing that an alert can be about")
    return About(kind=cast(AboutKind, kind), id=told)
