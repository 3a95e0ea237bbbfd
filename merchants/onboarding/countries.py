"""Countries as people type them."""

from typing import Final

from gateway.checkout.countries import country_names, page_language
from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.knowing.errors import FileRefused

_TYPED_IN: Final = ("en", "zh-hans", "de", "fr", "es", "it")
"""People write names of countries in their own language, whatever the page speaks."""


def countries_of(typed: str) -> list[str]:
    """Codes of countries that are written with commas between them, as names or codes.

    Raises:
        FileRefused: one of them is none.
    """
    known = {
        name.casefold(): code
        for language in (*_TYPED_IN, page_language())
        for code, name in country_names(language).items()
    }
    found = []
    for word in typed.replace("，", ",").replace("、", ",").replace(";", ",").split(","):
        plain = " ".join(word.split())
        if not plain:
            continue
        code = known.get(plain.casefold(), plain.upper())
        if code not in COUNTRIES:
            raise FileRefused("There is no such country.", field="sells_to")
        found.append(code)
    return sorted(set(found))
