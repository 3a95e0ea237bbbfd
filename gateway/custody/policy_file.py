"""The signer's policy as a JSON file: read strictly, drafted from the list of chains.

The file belongs to the signer's host and user. Nothing in the database can change it.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import msgspec

from gateway.custody.addresses import address_bytes
from gateway.custody.errors import PolicyInvalid
from gateway.custody.keystore import refuse_file_of_others
from gateway.custody.newcomer_bounds import Newcomers
from gateway.custody.policy_terms import ChainPolicy, Limit, Policy, Purpose
from gateway.custody.range_bounds import RangeBounds
from gateway.custody.sponsor_bounds import SponsorBounds
from gateway.custody.swap_bounds import BPS, SwapBounds

VERSION = 1
MAX_DELAY_HOURS = 30 * 24
MAX_NEWCOMER_DAYS = 30


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
