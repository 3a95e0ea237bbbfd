"""What an address holds, as a real node tells."""

from typing import Any

import pytest

from gateway.chains.addresses import parse_address
from gateway.chains.errors import HoldingsUnknown
from gateway.chains.holdings import holdings

RICH = bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")


def test_coins_and_tokens_are_told_together(
    anvil: Any, devchain: Any, chain_entry: dict[str, Any], settings: Any
) -> None:
    # The first node is away; the second one answers.
    settings.CHAINS = [chain_entry | {"rpc_urls": ["http://127.0.0.1:9", anvil.rpc_url]}]
    usdc = next(token for token in devchain.tokens if token.symbol == "USDC")
    tokens = {"ETH@31337": None, "USDC@31337": parse_address(usdc.address)}
    rich = holdings(chain_id=devchain.chain_id, holder=RICH, tokens=tokens)
    assert set(rich) == set(tokens)
    assert rich["ETH@31337"] > 10**18
    poor = holdings(chain_id=devchain.chain_id, holder=b"\x09" * 20, tokens=tokens)
    assert set(poor.values()) == {0}


def test_without_an_answer_nothing_is_made_up(chain_entry: dict[str, Any], settings: Any) -> None:
    settings.CHAINS = [chain_entry | {"rpc_urls": ["http://127.0.0.1:9"]}]
    with pytest.raises(HoldingsUnknown):
        holdings(chain_id=chain_entry["chain_id"], holder=RICH, tokens={"ETH@31337": None})
