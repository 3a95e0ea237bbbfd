"""The signer's policy as a JSON file: read strictly, drafted from the list of chains.

The file belongs to the signer's host and user. Nothing in the database can change it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from gateway.custody.addresses import address_bytes, address_text
from gateway.custody.errors import PolicyInvalid
from gateway.custody.keystore import refuse_file_of_others
from gateway.custody.newcomer_bounds import Newcomers
from gateway.custody.policy import ChainPolicy, Limit, Policy, Purpose
from gateway.custody.range_bounds import RangeBounds
from gateway.custody.sponsor_bounds import SponsorBounds
from gateway.custody.swap_bounds import ANY_PAIR, BPS, SwapBounds

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


class LimitText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base units as decimal text."""

    per_transaction: str
    per_day: str


class ReferenceText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one whole token is worth: plain decimal USD."""

    usd: str
    decimals: int


class SwapsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bounds of swaps; ``loss_per_day`` in plain decimal USD."""

    references: dict[str, ReferenceText]
    as_of: datetime
    max_age_hours: int
    max_loss_bps: dict[str, int]
    loss_per_day: str


class PoolText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A concentrated pool by its tokens' contracts, in the pool's order, and its fee."""

    token0: str
    token1: str
    fee_ppm: int


class RangesText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where liquidity may be put, and how much."""

    managers: tuple[str, ...]
    pools: tuple[PoolText, ...]
    limits: dict[str, LimitText]


class SponsoredText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whose signed transfers gas is paid: init code hashes by factory; wei as decimal text."""

    deposit_codes: dict[str, str]
    max_gas_limit: int
    fees_per_day: str


class NewcomersText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What addresses get that the signer has not known for ``after_days``."""

    after_days: int
    limits: dict[str, LimitText]


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
    swaps: SwapsText | None
    ranges: RangesText | None = None
    max_fee_per_gas: str
    max_priority_fee_per_gas: str
    max_gas_limit: int
    fees_per_day: str
    firm_orders: dict[str, tuple[str, ...]] = {}
    payers: tuple[str, ...] = ()
    sponsored: SponsoredText | None = None
    newcomers: NewcomersText | None = None
    refunds: dict[str, LimitText] = {}


class PolicyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    chains: dict[str, ChainText]
    approvers: tuple[str, ...] = ()
    change_delay_hours: int = 24


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
        if not 1 <= text.change_delay_hours <= MAX_DELAY_HOURS:
            raise PolicyInvalid("A change of the policy waits between an hour and thirty days.")
        return Policy(
            chains={int(key): _chain(int(key), chain) for key, chain in text.chains.items()},
            approvers=_addresses(text.approvers),
            change_delay=timedelta(hours=text.change_delay_hours),
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
        firm_orders={
            address_bytes(contract): _addresses(makers)
            for contract, makers in text.firm_orders.items()
        },
        payers=_addresses(text.payers),
        wrapped_native=address_bytes(text.wrapped_native) if text.wrapped_native else None,
        limits={asset: _limit(asset, limit) for asset, limit in text.limits.items()},
        swaps=_swaps(text.swaps) if text.swaps else None,
        ranges=_ranges(text.ranges) if text.ranges else None,
        sponsored=_sponsored(text.sponsored) if text.sponsored else None,
        newcomers=_newcomers(text.newcomers) if text.newcomers else None,
        refunds={asset: _limit(asset, limit) for asset, limit in text.refunds.items()},
        max_fee_per_gas=_units(text.max_fee_per_gas),
        max_priority_fee_per_gas=_units(text.max_priority_fee_per_gas),
        max_gas_limit=text.max_gas_limit,
        fees_per_day=_units(text.fees_per_day),
    )


def _addresses(texts: Iterable[str]) -> frozenset[bytes]:
    return frozenset(address_bytes(text) for text in texts)


def _ranges(text: RangesText) -> RangeBounds:
    return RangeBounds(
        managers=_addresses(text.managers),
        pools=frozenset(
            (address_bytes(pool.token0), address_bytes(pool.token1), pool.fee_ppm)
            for pool in text.pools
        ),
        limits={
            asset: (limit.per_transaction, limit.per_day)
            for asset, limit in ((code, _limit(code, told)) for code, told in text.limits.items())
        },
    )


def _sponsored(text: SponsoredText) -> SponsorBounds:
    if not all(re.fullmatch("0x[0-9a-fA-F]{64}", code) for code in text.deposit_codes.values()):
        raise PolicyInvalid("The hash of an init code is 0x and 64 hexadecimal digits.")
    return SponsorBounds(
        deposit_codes={
            address_bytes(factory): bytes.fromhex(code[2:])
            for factory, code in text.deposit_codes.items()
        },
        max_gas_limit=text.max_gas_limit,
        fees_per_day=_units(text.fees_per_day),
    )


def _newcomers(text: NewcomersText) -> Newcomers:
    if not 1 <= text.after_days <= MAX_NEWCOMER_DAYS:
        raise PolicyInvalid(f"An address is new for 1 to {MAX_NEWCOMER_DAYS} days.")
    limits = {asset: _limit(asset, limit) for asset, limit in text.limits.items()}
    return Newcomers(
        after_days=text.after_days,
        limits={asset: (limit.per_transaction, limit.per_day) for asset, limit in limits.items()},
    )


def _limit(asset: str, text: LimitText) -> Limit:
    limit = Limit(per_transaction=_units(text.per_transaction), per_day=_units(text.per_day))
    if limit.per_transaction > limit.per_day:
        raise PolicyInvalid(f"{asset}: the limit per transaction is above the limit per day.")
    return limit


def _swaps(text: SwapsText) -> SwapBounds:
    if text.as_of.tzinfo is None:
        raise PolicyInvalid("as_of needs a time zone, such as 2026-11-24T12:00:00Z.")
    if text.max_age_hours <= 0 or not all(0 <= bps < BPS for bps in text.max_loss_bps.values()):
        raise PolicyInvalid("References need an age in hours, and losses below 10000 bps.")
    return SwapBounds(
        values={
            asset: _micro_usd(one.usd) / 10**one.decimals for asset, one in text.references.items()
        },
        as_of=text.as_of,
        max_age=timedelta(hours=text.max_age_hours),
        max_loss_bps=text.max_loss_bps,
        loss_per_day=int(_micro_usd(text.loss_per_day)),
    )


def _micro_usd(text: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,18})?", text) or not Fraction(text):
        raise PolicyInvalid(f"A value in USD is a plain positive decimal, not {text!r}.")
    return Fraction(text) * 10**6


def _units(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise PolicyInvalid(f"Base units are decimal digits, not {text!r}.")
    return int(text)


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
