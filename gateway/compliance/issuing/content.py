"""What a credential of ours says of a person, and what of it stays hidden until they show it. Pure.

As little as helps: how far the house looked, whether they are of age, where they live. A name and a
date of birth only where the person asks for them; another shop of the house needs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gateway.compliance.issuing.errors import NameNotSplit

VCT: Final = "urn:tillway:verified-person:1"
OF_AGE: Final = 18
MOST_WORDS: Final = 12
CLAIMS: Final = {
    "level": ("How far it was checked", "核实级别"),
    f"age_over_{OF_AGE}": (f"{OF_AGE} or older", f"年满 {OF_AGE} 岁"),
    "country": ("Country of residence", "居住国家"),
    "given_name": ("Given name", "名"),
    "family_name": ("Family name", "姓"),
    "birthdate": ("Date of birth", "出生日期"),
}
"""Every claim that there can be, as wallets show it to its holder: in English, in Chinese."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A person as officers approved them.

    Attributes:
        level: of their shop's approval.
        until: the last day on which that counts; the credential ends with it.
        born: ISO 8601.
        country: where they live, ISO 3166; "" if nobody told.
    """

    name: str = field(repr=False)
    born: str = field(repr=False)
    country: str
    level: str
    until: date


def hidden_claims(
    vouched: Vouched, *, family_words: int | None, today: date
) -> dict[str, str | bool]:
    """Each claim that its holder may show or not.

    Args:
        family_words: None: without a name. Else which words are the family name: so many of the
            last, or, negative, of the first.

    Raises:
        NameNotSplit
    """
    claims: dict[str, str | bool] = {
        "level": vouched.level,
        f"age_over_{OF_AGE}": is_of_age(date.fromisoformat(vouched.born), today=today),
    }
    if vouched.country:
        claims["country"] = vouched.country
    if family_words is not None:
        given, family = name_split(vouched.name, family_words)
        claims |= {"given_name": given, "family_name": family, "birthdate": vouched.born}
    return claims


def name_split(name: str, family_words: int) -> tuple[str, str]:
    """Given and family name. Raises NameNotSplit where one of them would be empty."""
    words = name.split()
    if not 0 < abs(family_words) < len(words):
        raise NameNotSplit
    at = len(words) - family_words if family_words > 0 else -family_words
    before, after = " ".join(words[:at]), " ".join(words[at:])
    return (before, after) if family_words > 0 else (after, before)


def name_ways(name: str) -> Sequence[int]:
    """Every way to split a name, the likeliest first: family names behind, then before."""
    most = min(len(name.split()), MOST_WORDS)
    return [*range(1, most), *(-count for count in range(1, most))]


def is_of_age(born: date, *, today: date) -> bool:
    """On the birthday itself one is; born on 29 February, on 1 March of other years."""
    return (today.year - OF_AGE, today.month, today.day) >= (born.year, born.month, born.day)


def claims_told() -> list[dict[str, Any]]:
    """The claims as metadata name them (OpenID4VCI 1.0, appendix B.2)."""
    return [
        {
            "path": [name],
            "display": [
                {"name": english, "locale": "en"},
                {"name": chinese, "locale": "zh-Hans"},
            ],
        }
        for name, (english, chinese) in CLAIMS.items()
    ]
