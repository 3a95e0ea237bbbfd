"""The outside makers of the setting MAKERS, with the public terms that each is asked by."""

from typing import Any

import msgspec
from django.conf import settings

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadAddress
from gateway.market.makers.errors import MakersUnreadable

CONTRACT = "firm_orders"
"""What a chain's ``venues`` call the contract that orders are settled by."""


class Maker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        name: in rows and logs.
        address: whose signatures count.
        url: asked by POST.
        live: whether it is asked for live chains, which a person has to want.
        chains: ids of those it quotes for; all that have the contract where it names none.
        least_usd_cents, most_usd_cents: what an order may be worth.
        max_deviation_bps: from our own fair value, either way; beyond it, it is no quote but a lie.
        least_seconds: an order has to hold so long from when it was asked for.
        timeout_ms: whoever has not answered by then is late.
    """

    name: str
    address: str
    url: str
    live: bool = False
    chains: tuple[int, ...] = ()
    least_usd_cents: int = 10_000
    most_usd_cents: int = 10_000_000
    max_deviation_bps: int = 500
    least_seconds: int = 60
    timeout_ms: int = 1_500

    def quotes_for(self, chain: ChainSettings) -> bool:
        """Whether it may be asked for orders on this chain."""
        return (
            (chain.mode == "test" or self.live)
            and (not self.chains or chain.chain_id in self.chains)
            and contract_of(chain) is not None
        )


def contract_of(chain: ChainSettings) -> bytes | None:
    """The chain's contract for firm orders, 20 bytes; None where it has none."""
    address = chain.venues.get(CONTRACT)
    return parse_address(address) if address else None


def configured_makers() -> list[Maker]:
    """What MAKERS says; nobody is asked by default.

    Raises:
        MakersUnreadable: a field is unknown, of the wrong type or out of range, or a name or an
            address stands there twice.
    """
    told: Any = settings.MAKERS or []
    try:
        makers = msgspec.convert(told, list[Maker])
        addresses = {parse_address(maker.address) for maker in makers}
    except (msgspec.ValidationError, BadAddress) as error:
        raise MakersUnreadable(f"MAKERS can't be read: {error}") from error
    if len({maker.name for maker in makers}) < len(makers) or len(addresses) < len(makers):
        raise MakersUnreadable("MAKERS names a maker or an address twice.")
    for maker in makers:
        if not (
            maker.name.strip()
            and 0 < maker.least_usd_cents <= maker.most_usd_cents
            and 0 < maker.max_deviation_bps < 10_000
            and maker.least_seconds > 0
            and 0 < maker.timeout_ms <= 10_000
        ):
            raise MakersUnreadable(f"The terms of the maker {maker.name!r} are out of range.")
    return makers
