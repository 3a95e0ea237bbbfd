"""A first policy for the signer, drafted from the list of chains: a person reads and narrows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gateway.custody.addresses import address_bytes, address_text
from gateway.custody.policy_terms import Limit, Purpose
from gateway.custody.swap_bounds import ANY_PAIR

VERSION = 1
MAX_DELAY_HOURS = 30 * 24
MAX_NEWCOMER_DAYS = 30
DRAFT_MAX_AGE_HOURS = 72
DRAFT_MAX_LOSS_BPS = 500
DRAFT_LOSS_PER_DAY_USD = "1000"
DRAFT_SPONSORED_GAS = 250_000
DRAFT_SPONSORED_SHARE = 10
"""A tenth of a day's fees at most may go to shoppers' gas."""
DRAFT_REFUND_SHARE = 10
"""A tenth of what may be paid out may go back to shoppers, beside it."""


def draft_policy(
    chains: Iterable[Mapping[str, Any]],
    *,
    accounts: Iterable[bytes],
    limits: Mapping[str, Limit],
    refunds: Mapping[str, Limit] | None = None,
    destinations: Iterable[bytes] = (),
    makers: Iterable[bytes] = (),
    approvers: Iterable[bytes] = (),
    references: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
    max_age_hours: int = DRAFT_MAX_AGE_HOURS,
    max_fee_gwei: int = 500,
    max_tip_gwei: int = 50,
    max_gas_limit: int = 16_000_000,
    live_fees_per_day_units: int = 10**18,
) -> dict[str, Any]:
    """A policy for the chains of ``settings.CHAINS``, for a person to read and to sharpen.

    Each account may do everything that the house does; the house's own addresses are the
    accounts, each chain's treasury and ``destinations``.

    Args:
        approvers: whose two signatures change the policy; a live chain's must name them.
        makers: whose firm orders may be taken, where a chain has the contract for them.
        limits: per asset code; assets without one leave to listed destinations only.
        refunds: the same for refunds, of which assets without one don't leave at all; a tenth of
            ``limits`` if unset.
        references: USD per whole token, by asset code; ``as_of`` is when they were looked up.
            Without any, a live chain's swaps are refused. After ``max_age_hours`` they are stale.
        live_fees_per_day_units: wei that fees may come to at most; a thousand times that on test
            chains, where it is worth nothing.
    """
    own = list(accounts)
    listed = list(destinations)
    traded_with = _unique(address_text(maker) for maker in makers)
    return {
        "version": VERSION,
        "approvers": _unique(address_text(approver) for approver in approvers),
        "chains": {
            str(chain["chain_id"]): {
                "mode": chain["mode"],
                "native_asset": f"{chain['native']['symbol']}@{chain['chain_id']}",
                "accounts": {
                    address_text(account): [purpose.value for purpose in Purpose] for account in own
                },
                "tokens": {
                    f"{token['symbol']}@{chain['chain_id']}": token["address"]
                    for token in chain["tokens"]
                },
                "destinations": _unique(
                    [chain["treasury"], *(address_text(address) for address in [*own, *listed])]
                ),
                "factories": [chain["factory"]["address"]] if chain.get("factory") else [],
                "routers": _unique(
                    chain["venues"][name]
                    for name in ("v2_router", "v3_router")
                    if chain.get("venues", {}).get(name)
                ),
                "firm_orders": {
                    contract: traded_with
                    for contract in [chain.get("venues", {}).get("firm_orders")]
                    if contract and traded_with
                },
                "payers": [chain["batch_payer"]] if chain.get("batch_payer") else [],
                "wrapped_native": chain.get("venues", {}).get("weth"),
                "limits": _draft_limits(chain, limits),
                "refunds": _draft_limits(chain, _tenth(limits) if refunds is None else refunds),
                "swaps": _draft_swaps(
                    chain, references or {}, as_of=as_of, max_age_hours=max_age_hours
                ),
                "sponsored": _draft_sponsored(
                    chain, fees_per_day=_fees(chain, live_fees_per_day_units)
                ),
                "max_fee_per_gas": str(max_fee_gwei * 10**9),
                "max_priority_fee_per_gas": str(max_tip_gwei * 10**9),
                "max_gas_limit": max_gas_limit,
                "fees_per_day": str(_fees(chain, live_fees_per_day_units)),
            }
            for chain in chains
        },
    }


def _draft_limits(
    chain: Mapping[str, Any], limits: Mapping[str, Limit]
) -> dict[str, dict[str, str]]:
    return {
        asset: {"per_transaction": str(limit.per_transaction), "per_day": str(limit.per_day)}
        for asset, limit in limits.items()
        if asset.endswith(f"@{chain['chain_id']}")
    }


def _tenth(limits: Mapping[str, Limit]) -> dict[str, Limit]:
    return {
        asset: Limit(
            limit.per_transaction // DRAFT_REFUND_SHARE, limit.per_day // DRAFT_REFUND_SHARE
        )
        for asset, limit in limits.items()
    }


def _fees(chain: Mapping[str, Any], live_units: int) -> int:
    return live_units * (1 if chain["mode"] == "live" else 1000)


def _draft_sponsored(chain: Mapping[str, Any], *, fees_per_day: int) -> dict[str, Any] | None:
    if not chain.get("sponsor"):
        return None
    return {
        "deposit_codes": {chain["factory"]["address"]: chain["factory"]["init_code_hash"]},
        "max_gas_limit": DRAFT_SPONSORED_GAS,
        "fees_per_day": str(fees_per_day // DRAFT_SPONSORED_SHARE),
    }


def _draft_swaps(
    chain: Mapping[str, Any],
    references: Mapping[str, str],
    *,
    as_of: datetime | None,
    max_age_hours: int,
) -> dict[str, Any] | None:
    decimals = {
        f"{token['symbol']}@{chain['chain_id']}": token["decimals"]
        for token in (chain["native"], *chain["tokens"])
    }
    known = {
        asset: {"usd": usd, "decimals": decimals[asset]}
        for asset, usd in references.items()
        if asset in decimals
    }
    if not known or as_of is None:
        return None
    return {
        "references": known,
        "as_of": as_of.isoformat(timespec="seconds"),
        "max_age_hours": max_age_hours,
        "max_loss_bps": {ANY_PAIR: DRAFT_MAX_LOSS_BPS},
        "loss_per_day": DRAFT_LOSS_PER_DAY_USD,
    }


def _unique(addresses: Iterable[str]) -> list[str]:
    """Each address once, in EIP-55, in the order of first mention."""
    return list(dict.fromkeys(address_text(address_bytes(text)) for text in addresses))
