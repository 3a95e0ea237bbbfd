"""Countries as publishers call them, in ISO 3166 alpha-2. Pure.

The names are ISO 3166's (``pycountry``); the table holds what publishers write otherwise.
"""

import re
from functools import cache, lru_cache
from typing import Final
from unicodedata import combining, normalize

import pycountry

CALLED: Final = {
    "aland islands": "AX",
    "bahamas the": "BS",
    "british virgin islands": "VG",
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "china hong kong special administrative region": "HK",
    "china macao special administrative region": "MO",
    "china mainland": "CN",
    "congo": "CG",
    "congo brazzaville": "CG",
    "congo democratic republic": "CD",
    "congo democratic republic of the": "CD",
    "congo kinshasa": "CD",
    "congo republic of the": "CG",
    "cote d ivoire": "CI",
    "crimea": "UA",
    "czech republic": "CZ",
    "democratic republic of congo": "CD",
    "democratic republic of the congo": "CD",
    "east timor": "TL",
    "england": "GB",
    "federated states of micronesia": "FM",
    "gambia the": "GM",
    "gaza": "PS",
    "great britain": "GB",
    "holy see": "VA",
    "hong kong sar": "HK",
    "iran": "IR",
    "islamic republic of iran": "IR",
    "ivory coast": "CI",
    "kosovo": "XK",
    "laos": "LA",
    "macao": "MO",
    "macau": "MO",
    "man isle of": "IM",
    "micronesia": "FM",
    "netherlands antilles": "AN",
    "north korea": "KP",
    "korea north": "KP",
    "north macedonia the republic of": "MK",
    "former soviet union": "SU",
    "former yugoslav republic of macedonia": "MK",
    "macedonia": "MK",
    "occupied palestinian territories": "PS",
    "palestine": "PS",
    "palestinian": "PS",
    "palestinian authority": "PS",
    "palestinian territories": "PS",
    "palestinian territory": "PS",
    "republic of china": "TW",
    "republic of korea": "KR",
    "republic of south sudan": "SS",
    "russia": "RU",
    "saint kitts nevis": "KN",
    "saint martin": "MF",
    "serbia and montenegro": "CS",
    "south korea": "KR",
    "korea south": "KR",
    "soviet union": "SU",
    "ussr": "SU",
    "state of palestine": "PS",
    "swaziland": "SZ",
    "syria": "SY",
    "taiwan": "TW",
    "tanzania": "TZ",
    "the gambia": "GM",
    "trinidad tobago": "TT",
    "turkey": "TR",
    "turkiye": "TR",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
    "vatican": "VA",
    "vatican city": "VA",
    "venezuela": "VE",
    "virgin islands british": "VG",
    "virgin islands us": "VI",
    "west bank": "PS",
    "yugoslavia": "YU",
}
"""``XK`` (Kosovo) is in use and no code of ISO's; ``AN``, ``CS``, ``SU`` and ``YU`` were."""


@cache
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                found[_plain(name)] = country.alpha_2
        found[country.alpha_3.lower()] = country.alpha_2
        found[country.alpha_2.lower()] = country.alpha_2
    return found | CALLED


@lru_cache(maxsize=4_096)
def country_code(name: str) -> str:
    """The alpha-2 code of a country in a publisher's words, or its code; '' where it names none
    that we know (``stateless``, ``undetermined``, a region): such a word rules nobody in or out."""
    plain = _plain(name)
    codes = _codes()
    return codes.get(plain) or codes.get(plain.removeprefix("region ")) or _without_article(plain)


def _without_article(plain: str) -> str:
    return _codes().get(plain.removeprefix("the ").removesuffix(" the"), "")


def _plain(text: str) -> str:
    letters = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
    words = re.sub(r"[^a-z]+", " ", letters.lower().replace("&", " and ")).split()
    return " ".join("saint" if word == "st" else word for word in words)
