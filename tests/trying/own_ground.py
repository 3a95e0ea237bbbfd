"""A house that brings its own chain along, as far as asking for things to happen goes."""

import json
from pathlib import Path
from typing import Any

from gateway.supervisor.devchain.layout import DevChain, DevToken
from gateway.supervisor.local_chain import chain_entry
from tests.chain_rows import DEV_CHAIN, TOKENS

NOWHERE = "http://127.0.0.1:9"
SOMEBODY = "0x" + "11" * 20
HASH = "0x" + "22" * 32


def layout_of_rows() -> DevChain:
    """The chain of ``tests.chain_rows``, as provisioning would have written it down."""
    return DevChain(
        chain_id=DEV_CHAIN,
        admin=SOMEBODY,
        operator=SOMEBODY,
        treasury=SOMEBODY,
        deposit_factory=SOMEBODY,
        deposit_factory_code_hash=HASH,
        sweeper_init_code_hash=HASH,
        tokens=tuple(
            DevToken(symbol, symbol, decimals, f"0x{address.hex()}", "test")
            for symbol, decimals, address, _peg in TOKENS
            if address is not None
        ),
        weth=SOMEBODY,
        v2_factory=SOMEBODY,
        v2_router=SOMEBODY,
        v2_pairs=(),
        v3_factory=SOMEBODY,
        v3_router=SOMEBODY,
        v3_quoter=SOMEBODY,
        v3_tick_lens=SOMEBODY,
        v3_position_manager=SOMEBODY,
        v3_pools=(),
        block_number=1,
    )


def bring_along(settings: Any, folder: Path, *, layout: DevChain, rpc_url: str = NOWHERE) -> None:
    """Have the house's settings say that it runs this chain itself."""
    layout.write(folder / "devchain.json")
    settings.STATE_DIR = folder
    settings.EMBEDDED_CHAIN = True
    settings.CHAINS = json.dumps([chain_entry(chain=layout, rpc_url=rpc_url)])
