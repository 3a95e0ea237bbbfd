"""What the local house's signer may sign: bounded like a live one's, by the simulated prices.

A test chain needs no bounds for its swaps, but a demo that runs without them shows a house that a
taken-over web process could empty through a pool.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_terms import Limit
from gateway.supervisor.devchain.feed import FEED_PAIR, WALKS, price_text

DEV_LIMIT = Limit(per_transaction=50_000 * 10**6, per_day=500_000 * 10**6)
"""USDC base units that may be paid out."""
DEV_REFUNDS_USD = (5_000, 50_000)
"""USD that one refund, and a day's, may come to in each token."""
REFERENCE_HOURS = 30 * 24
"""The simulated prices stay near their homes, and each start writes the policy anew."""


def dev_policy(
    chains: Iterable[Mapping[str, Any]],
    *,
    account: bytes,
    now: datetime,
    makers: Iterable[bytes] = (),
    payouts: Limit = DEV_LIMIT,
) -> dict[str, Any]:
    """The policy of a house whose one account on these dev chains is ``account``.

    Swaps go through the dev chain's own routers and tokens only, must bring their worth by the
    prices at which the simulation lives, less ``DRAFT_MAX_LOSS_BPS``, and may bring less than that
    worth by ``DRAFT_LOSS_PER_DAY_USD`` a day in all. Of ``makers`` orders may be taken.
    """
    entries = list(chains)
    references = {
        f"{symbol}@{chain['chain_id']}": price_text(WALKS[pair].home)
        for chain in entries
        for symbol, pair in {chain["native"]["symbol"]: "ETH/USD", **FEED_PAIR}.items()
    }
    return draft_policy(
        entries,
        accounts=[account],
        limits={f"USDC@{chain['chain_id']}": payouts for chain in entries},
        refunds=_refund_limits(entries, references),
        makers=makers,
        references=references,
        as_of=now,
        max_age_hours=REFERENCE_HOURS,
    )


def _refund_limits(
    chains: Iterable[Mapping[str, Any]], references: Mapping[str, str]
) -> dict[str, Limit]:
    """Base units of each token with a price, at the prices where the simulation lives."""
    decimals = {
        f"{token['symbol']}@{chain['chain_id']}": token["decimals"]
        for chain in chains
        for token in (chain["native"], *chain["tokens"])
    }
    return {
        asset: Limit(*(_units(usd, price, decimals[asset]) for usd in DEV_REFUNDS_USD))
        for asset, price in references.items()
        if asset in decimals
    }


def _units(usd: int, price: str, decimals: int) -> int:
    return int(usd * 10**decimals / Fraction(price))
