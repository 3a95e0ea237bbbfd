"""Countries as people write them (Unicode CLDR), in the language of the page."""

from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import get_language

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.knowing.errors import FileRefused

_LOCALES: Final = {"zh-hans": "zh_Hans"}
_TYPED_IN: Final = ("en", "zh-hans", "de", "fr", "es", "it")
"""People write names of countries in their own language, whatever the page speaks."""


def country_name(code: str) -> str:
    """The name in the active language; the code itself for one that has none."""
    return _names(_language()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """(code, name), by name; the first is none."""
    named = sorted(_names(_language()).items(), key=lambda pair: pair[1])
    return [("", "—"), *named]


def countries_of(typed: str) -> list[str]:
    """Codes of countries that are written with commas between them, as names or codes.

    Raises:
        FileRefused: one of them is none.
    """
    known = {
        name.casefold(): code
        for language in (*_TYPED_IN, _language())
        for code, name in _names(language).items()
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


def _language() -> str:
    return get_language() or "en"


@lru_cache(maxsize=8)
def _names(language: str) -> dict[str, str]:
    told = Locale.parse(_LOCALES.get(language, language.replace("-", "_"))).territories
    return {code: str(told.get(code, code)) for code in COUNTRIES}
