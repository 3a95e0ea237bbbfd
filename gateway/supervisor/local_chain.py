"""The local dev chain as the rest of the gateway knows chains: an entry of ``CHAINS``."""

from typing import Any

from gateway.supervisor.devchain.layout import DevChain

PEGS = {"USDC": "USD", "DAI": "USD", "EURC": "EUR"}
FACTORY_VERSION = 1
GRACE_SECONDS = 30
FINALITY_BLOCKS = 6
CONFIRMATIONS = [[5_000, 1], [None, 3]]
"""Up to 50 USD one confirmation, above three: the dev chain is quick and small."""
SPONSORED_GAS_PRICE_WEI = 100 * 10**9


def chain_entry(*, chain: DevChain, rpc_url: str, block_seconds: int = 1) -> dict[str, Any]:
    """What ``chains_sync`` reads; see docs/reference/settings.md for each field."""
    return {
        "chain_id": chain.chain_id,
        "key": "dev",
        "name": "Local dev chain",
        "mode": "test",
        "rpc_urls": [rpc_url],
        "wallet_rpc_url": rpc_url,
        "block_seconds": block_seconds,
        "confirmations": CONFIRMATIONS,
        "finality_blocks": FINALITY_BLOCKS,
        "grace_seconds": GRACE_SECONDS,
        "factory": {
            "address": chain.deposit_factory,
            "version": FACTORY_VERSION,
            "code_hash": chain.deposit_factory_code_hash,
            "init_code_hash": chain.sweeper_init_code_hash,
        },
        "operator": chain.operator,
        "treasury": chain.treasury,
        "batch_payer": chain.batch_payer or None,
        "sponsor": {"max_gas_price_wei": SPONSORED_GAS_PRICE_WEI},
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [
            {
                "symbol": token.symbol,
                "address": token.address,
                "decimals": token.decimals,
                "peg": PEGS.get(token.symbol),
                "eip3009": token.kind == "fiat",
            }
            for token in chain.tokens
        ],
        "venues": {
            "v2": [
                {
                    "pair": pair.address,
                    "token0": pair.token0,
                    "token1": pair.token1,
                    "fee_bps": pair.fee_bps,
                }
                for pair in chain.v2_pairs
            ],
            "v3": [
                {
                    "pool": pool.address,
                    "token0": pool.token0,
                    "token1": pool.token1,
                    "fee": pool.fee_pips,
                    "tick_spacing": pool.tick_spacing,
                }
                for pool in chain.v3_pools
            ],
            "v2_router": chain.v2_router,
            "v3_router": chain.v3_router,
            "v3_positions": chain.v3_position_manager,
            "weth": chain.weth,
            "firm_orders": chain.firm_orders,
        },
    }
