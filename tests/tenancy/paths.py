"""Every path of the web process, as Django's own resolver knows them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Endpoint:
    """A path with its parameters, and what answers it."""

    path: str
    """``/v1/invoices/<uuid:invoice_id>``"""
    view: Any

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.path))

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/v1/")

    @property
    def is_plugins(self) -> bool:
        """Whether programs ask for it by the plugins' protocol: with a key, like the API."""
        return self.path.startswith("/api/v1/")

    @property
    def scopes(self) -> dict[str, str]:
        """For each method of an endpoint of the API, the scope a key needs."""
        return dict(getattr(getattr(self.view, "view_class", None), "scopes", {}))

    def filled(self, values: dict[str, str]) -> str:
        """The path with an id in every place."""
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], self.path)


def endpoints() -> list[Endpoint]:
    return sorted(_below(get_resolver(), "/"), key=lambda each: each.path)


def _below(resolver: Any, prefix: str) -> Iterator[Endpoint]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _below(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and str(pattern.pattern) is not None:
            yield Endpoint(path=prefix + str(pattern.pattern), view=pattern.callback)
