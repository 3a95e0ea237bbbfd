"""Payment methods by the names plugins have for them: ``USDC-BASE`` is ``USDC@8453`` here.

A name is CODE-TYPE. Plugins write it in either case and with ``_`` for ``-``. A chain's part is its
name in capitals; where two would be called the same, each carries the number of its chain too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.chains.errors import AmbiguousFactory
from gateway.invoices.catalogue import catalogue
from gateway.shops.selectors import ShopView

_NOT_PLAIN = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Methods:
    """The assets of one mode, each with the name plugins know it by. Pure."""

    names: Mapping[str, str]
    assets: Mapping[str, str]

    def name_of(self, asset: str) -> str:
        """An asset that is no longer offered is named by its chain's number."""
        symbol, _, chain_id = asset.partition("@")
        return self.names.get(asset) or f"{_plain(symbol)}-{_plain(chain_id)}"

    def asset_named(self, name: str) -> str | None:
        return self.assets.get(_compared(name))


def methods_named(tokens: Iterable[tuple[str, str, int, str]]) -> Methods:
    """The names of these tokens: (code, symbol, chain id, chain's name) each. Pure."""
    listed = list(tokens)
    plain = {code: f"{_plain(symbol)}-{_plain(chain)}" for code, symbol, _chain_id, chain in listed}
    shared = Counter(plain.values())
    names = {
        code: plain[code] if shared[plain[code]] == 1 else f"{plain[code]}{chain_id}"
        for code, _symbol, chain_id, _chain in listed
    }
    return Methods(names=names, assets={_compared(name): code for code, name in names.items()})


def methods_of(mode: str) -> Methods:
    """The payment methods of a mode. No query while its catalogue is fresh."""
    try:
        offered = catalogue(mode)
    except AmbiguousFactory:
        return Methods({}, {})  # no chain is set up
    return methods_named(
        (token.code, token.symbol, token.chain_id, offered.chains[token.chain_id].name)
        for token in offered.tokens.values()
    )


def accepted_of(shop: ShopView, *, methods: Methods) -> dict[str, bool]:
    """Each method's name, and whether the shop takes it."""
    accepted = shop.terms.accepted_assets
    return {name: accepted is None or asset in accepted for asset, name in methods.names.items()}


def _plain(text: str) -> str:
    return _NOT_PLAIN.sub("", text.upper())


def _compared(name: str) -> str:
    return name.upper().replace("_", "-")
