"""The chain that the house brings along: the only one on which it can have things happen."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from gateway.chains.configuration import configured_chains
from gateway.chains.models import Chain
from gateway.supervisor.devchain.layout import DevChain
from gateway.trying.errors import ChainNotOurs

LAYOUT = "devchain.json"
"""What provisioning wrote down, in the state folder."""


@dataclass(frozen=True, slots=True)
class OwnChain:
    """The dev chain of this house, and how to reach it."""

    layout: DevChain
    rpc_url: str
    grace_seconds: int
    finality_blocks: int

    @property
    def id(self) -> int:
        return self.layout.chain_id

    def symbols(self) -> frozenset[str]:
        """Of the tokens that can be had on it."""
        return frozenset(token.symbol for token in self.layout.tokens)


def own_chain() -> OwnChain:
    """The chain that this house runs itself. One query.

    Raises:
        ChainNotOurs: its chains are others', or are there for real money.
    """
    if settings.LIVE_MODE or not settings.EMBEDDED_CHAIN:
        raise ChainNotOurs
    path = Path(settings.STATE_DIR) / LAYOUT
    try:
        layout = _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise ChainNotOurs from error
    row = Chain.objects.filter(id=layout.chain_id, mode="test", enabled=True).first()
    urls = {chain.chain_id: chain.rpc_urls for chain in configured_chains()}
    if row is None or not urls.get(layout.chain_id):
        raise ChainNotOurs
    return OwnChain(
        layout=layout,
        rpc_url=urls[layout.chain_id][0],
        grace_seconds=row.grace_seconds,
        finality_blocks=row.finality_blocks,
    )


@lru_cache(maxsize=4)
def _read(path: Path, written_ns: int) -> DevChain:
    """Read once for each time that it was written."""
    return DevChain.read(path)
