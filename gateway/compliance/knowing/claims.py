"""What a checked document says of a person, beside what the shop told of them. Pure."""

import unicodedata
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Claims:
    """Attributes: country: of who gave the document out, ISO 3166; born: ISO 8601, or "" where the
    checker didn't say."""

    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    country: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """As sealed fields of the person; what wasn't said is left out."""
        told = {
            "identity_name": self.name,
            "identity_date_of_birth": self.born,
            "identity_country": self.country,
        }
        return {name: value for name, value in told.items() if value}


def differs(claims: Claims, *, name: str, born: str) -> Literal["", "name_differs", "born_differs"]:
    """What of the claims is not what was told; a person must look at it then.

    Names are compared as sets of words without case, marks and order: a document has middle names
    that nobody types, so the words told must be among those claimed.
    """
    if claims.born and born and claims.born != born:
        return "born_differs"
    told, claimed = _words(name), _words(claims.name)
    if claimed and not (told and (told <= claimed or claimed <= told)):
        return "name_differs"
    return ""


def _words(name: str) -> frozenset[str]:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c)
    )
    return frozenset("".join(c if c.isalnum() else " " for c in plain).split())
