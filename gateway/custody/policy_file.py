"""The signer's policy as a JSON file: read strictly, drafted from the list of chains.

The file belongs to the signer's host and user. Nothing in the database can change it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gateway.custody.addresses import address_bytes, address_text
from gateway.custody.errors import PolicyInvalid
from gateway.custody.keystore import refuse_file_of_others
from gateway.custody.policy import ChainPolicy, Limit, Policy, Purpose

VERSION = 1


class LimitText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base units as decimal text."""

    per_transaction: str
    per_day: str


class ChainText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    mode: str
    native_asset: str
    accounts: dict[str, tuple[str, ...]]
    tokens: dict[str, str]
    destinations: tuple[str, ...]
    factories: tuple[str, ...]
    routers: tuple[str, ...]
    wrapped_native: str | None
    limits: dict[str, LimitText]
    max_fee_per_gas: str
    max_priority_fee_per_gas: str
    max_gas_limit: int
    fees_per_day: str


class PolicyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    chains: dict[str, ChainText]


def load_policy(path: Path) -> Policy:
    """The policy at ``path``.

    Raises:
        PolicyInvalid: no such file, or it says something impossible.
        FileTooOpen: others may change it.
    """
    try:
        refuse_file_of_others(path)
        return parse_policy(path.read_bytes())
    except FileNotFoundError:
        raise PolicyInvalid(f"There is no signer policy at {path}.") from None


def parse_policy(content: bytes) -> Policy:
    try:
        text = msgspec.json.decode(content, type=PolicyText)
        if text.version != VERSION:
            raise PolicyInvalid(f"This release reads version {VERSION} of the policy.")
        return Policy(
            chains={int(key): _chain(int(key), chain) for key, chain in text.chains.items()}
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise PolicyInvalid(f"The signer policy can't be read: {error}") from error


def _chain(chain_id: int, text: ChainText) -> ChainPolicy:
    if text.mode not in ("test", "live"):
        raise PolicyInvalid(f"A chain's mode is test or live, not {text.mode!r}.")
    return ChainPolicy(
        chain_id=chain_id,
        live=text.mode == "live",
        native_asset=text.native_asset,
        accounts={
            address_bytes(account): frozenset(Purpose(purpose) for purpose in purposes)
            for account, purposes in text.accounts.items()
        },
        tokens={address_bytes(address): asset for asset, address in text.tokens.items()},
        destinations=_addresses(text.destinations),
        factories=_addresses(text.factories),
        routers=_addresses(text.routers),
        wrapped_native=address_bytes(text.wrapped_native) if text.wrapped_native else None,
        limits={asset: _limit(asset, limit) for asset, limit in text.limits.items()},
        max_fee_per_gas=_units(text.max_fee_per_gas),
        max_priority_fee_per_gas=_units(text.max_priority_fee_per_gas),
        max_gas_limit=text.max_gas_limit,
        fees_per_day=_units(text.fees_per_day),
    )


def _addresses(texts: Iterable[str]) -> frozenset[bytes]:
    return frozenset(address_bytes(text) for text in texts)


def _limit(asset: str, text: LimitText) -> Limit:
    limit = Limit(per_transaction=_units(text.per_transaction), per_day=_units(text.per_day))
    if limit.per_transaction > limit.per_day:
        raise PolicyInvalid(f"{asset}: the limit per transaction is above the limit per day.")
    return limit


def _units(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise PolicyInvalid(f"Base units are decimal digits, not {text!r}.")
    return int(text)


def draft_policy(
    chains: Iterable[Mapping[str, Any]],
    *,
    accounts: Iterable[bytes],
    limits: Mapping[str, Limit],
    destinations: Iterable[bytes] = (),
    max_fee_gwei: int = 500,
    max_tip_gwei: int = 50,
    max_gas_limit: int = 16_000_000,
    live_fees_per_day_units: int = 10**18,
) -> dict[str, Any]:
    """A policy for the chains of ``settings.CHAINS``, for a person to read and to sharpen.

    Each account may do everything that the house does; the house's own addresses are the
    accounts, each chain's treasury and ``destinations``.

    Args:
        limits: per asset code; assets without one leave to listed destinations only.
        live_fees_per_day_units: wei that fees may come to at most; a thousand times that on test
            chains, where it is worth nothing.
    """
    own = list(accounts)
    listed = list(destinations)
    return {
        "version": VERSION,
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
                "wrapped_native": chain.get("venues", {}).get("weth"),
                "limits": {
                    asset: {
                        "per_transaction": str(limit.per_transaction),
                        "per_day": str(limit.per_day),
                    }
                    for asset, limit in limits.items()
                    if asset.endswith(f"@{chain['chain_id']}")
                },
                "max_fee_per_gas": str(max_fee_gwei * 10**9),
                "max_priority_fee_per_gas": str(max_tip_gwei * 10**9),
                "max_gas_limit": max_gas_limit,
                "fees_per_day": str(
                    live_fees_per_day_units * (1 if chain["mode"] == "live" else 1000)
                ),
            }
            for chain in chains
        },
    }


def _unique(addresses: Iterable[str]) -> list[str]:
    """Each address once, in EIP-55, in the order of first mention."""
    return list(dict.fromkeys(address_text(address_bytes(text)) for text in addresses))
