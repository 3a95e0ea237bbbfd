"""Countries as people write them (Unicode CLDR), in the language of the page."""

from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import get_language

from gateway.compliance.knowing.countries import COUNTRIES

_LOCALES: Final = {"zh-hans": "zh_Hans"}


def country_name(code: str) -> str:
    """The name in the active language; the code itself for one that has none."""
    return country_names(page_language()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """(code, name), by name; the first is none."""
    named = sorted(country_names(page_language()).items(), key=lambda pair: pair[1])
    return [("", "—"), *named]


def page_language() -> str:
    return get_language() or "en"


@lru_cache(maxsize=8)
def country_names(language: str) -> dict[str, str]:
    """Each country's name in a language, by its code."""
    told = Locale.parse(_LOCALES.get(language, language.replace("-", "_"))).territories
    return {code: str(told.get(code, code)) for code in COUNTRIES}
