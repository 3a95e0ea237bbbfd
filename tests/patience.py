"""How long tests let Valkey take: a busy machine's is not what a customer should wait for. What the
product does when it takes longer is tested with the product's own patience."""

from types import ModuleType
from typing import Final

from gateway.compliance.behaviour import recently
from gateway.events import waking
from gateway.market import snapshot_store
from gateway.outside import buckets
from merchants.calls import noting

ASKING: Final[tuple[ModuleType, ...]] = (waking, buckets, recently, snapshot_store, noting)
OWN: Final = {module: module.TIMEOUT_SECONDS for module in ASKING}
"""The product's."""
UNHURRIED_SECONDS: Final = 10.0


def unhurry() -> None:
    for module in ASKING:
        module.TIMEOUT_SECONDS = UNHURRIED_SECONDS  # type: ignore[attr-defined]
