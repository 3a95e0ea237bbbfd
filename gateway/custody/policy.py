"""What the signer may sign. Pure: the policy, the request and what was spent are arguments.

Money may leave to a listed destination (the house's own addresses) without a limit, and to any
other address only within the asset's limits per transaction and per day. Calls go only to
contracts that the policy names. The purpose that a caller states can narrow what passes, never
widen it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gateway.custody.addresses import ZERO, address_text
from gateway.custody.batch_calls import BatchPay
from gateway.custody.decoding import (
    CallUnknown,
    NativeTransfer,
    TokenTransfer,
    decode_call,
)
from gateway.custody.errors import PolicyRefused
from gateway.custody.newcomer_bounds import NEW_PREFIX, IsKnown, Newcomers, newcomers_among
from gateway.custody.policy_spending import asset_of, paid_by, receiver_of, spends_of
from gateway.custody.policy_terms import (
    CALLS_OF_PURPOSE,
    FEE_PREFIX,
    PURPOSE_NAMES,
    REFUND_PREFIX,
    ChainPolicy,
    Grant,
    Limit,
    Policy,
    Purpose,
    Spend,
)
from gateway.custody.sponsor_bounds import SPONSOR_PREFIX, check_sponsored
from gateway.custody.sponsor_calls import AuthorizedTransfer
from gateway.custody.transactions import UnsignedTransaction


def judge(
    *,
    policy: Policy,
    transaction: UnsignedTransaction,
    account: bytes,
    purpose: str,
    key_is_demo: bool,
    now: datetime,
    is_known: IsKnown = lambda _address: True,
) -> Grant:
    """Whether the transaction may be signed, and what of it counts toward daily limits.

    Args:
        is_known: whether an address is a newcomer no more, by the signer's own memory.

    Raises:
        PolicyRefused: with a stable reason.
    """
    chain = policy.chains.get(transaction.chain_id)
    if chain is None:
        raise PolicyRefused("chain_unknown", f"The policy has no chain {transaction.chain_id}.")
    if chain.live and key_is_demo:
        raise PolicyRefused("demo_key", "A demo key never signs for a live chain.")
    _check_account(chain, account=account, purpose=purpose)
    _check_fees(chain, transaction)
    try:
        call = decode_call(transaction)
    except CallUnknown as error:
        raise PolicyRefused("call_unknown", f"The call can't be read: {error}.") from None
    stated = Purpose(purpose)
    if not isinstance(call, CALLS_OF_PURPOSE[stated]):
        raise PolicyRefused(
            "purpose_mismatch", f"A {type(call).__name__} is not how a {purpose} is made."
        )
    if stated is Purpose.CANCEL and call != NativeTransfer(to=account, units=0):
        raise PolicyRefused(
            "purpose_mismatch", "A cancellation sends nothing, to the account itself."
        )
    if stated is Purpose.TREASURY and receiver_of(call) not in chain.destinations:
        raise PolicyRefused(
            "destination_not_allowed", "Treasury moves go to listed destinations only."
        )
    fee = Spend(
        asset=FEE_PREFIX + chain.native_asset,
        units=transaction.gas_limit * transaction.max_fee_per_gas,
        limit=Limit(per_transaction=chain.fees_per_day, per_day=chain.fees_per_day),
    )
    if isinstance(call, AuthorizedTransfer):
        return Grant(call=call, spends=(fee, _sponsored(chain, call, transaction)))
    if stated is Purpose.REFUND and isinstance(call, NativeTransfer | TokenTransfer):
        # Shoppers are strangers: what may go to them is bounded by limits of its own.
        return Grant(call=call, spends=(fee, _refunded(chain, call, account)))
    spends = (fee, *spends_of(chain, call, account, now))
    if chain.newcomers is None:
        return Grant(call=call, spends=spends)
    strangers = tuple(newcomers_among(paid_by(chain, call), listed=chain.destinations | {account}))
    return Grant(
        call=call,
        spends=(*spends, *_to_newcomers(chain.newcomers, strangers, is_known)),
        strangers=tuple(to for _asset_code, to, _units in strangers),
    )


def _to_newcomers(
    bounds: Newcomers, paid: tuple[tuple[str, bytes, int], ...], is_known: IsKnown
) -> Iterator[Spend]:
    for asset, to, units in paid:
        if not is_known(to):
            limit = Limit(*bounds.limits.get(asset, (0, 0)))
            yield Spend(asset=NEW_PREFIX + asset, units=units, limit=limit)


def _sponsored(
    chain: ChainPolicy, call: AuthorizedTransfer, transaction: UnsignedTransaction
) -> Spend:
    asset_of(chain, call.token)
    bounds = check_sponsored(chain.sponsored, call, gas_limit=transaction.gas_limit)
    return Spend(
        asset=SPONSOR_PREFIX + chain.native_asset,
        units=transaction.gas_limit * transaction.max_fee_per_gas,
        limit=Limit(per_transaction=bounds.fees_per_day, per_day=bounds.fees_per_day),
    )


def _refunded(chain: ChainPolicy, call: NativeTransfer | TokenTransfer, account: bytes) -> Spend:
    """What goes back to a shopper: never to the house or a contract of its, within a limit."""
    asset = asset_of(chain, call.token) if isinstance(call, TokenTransfer) else chain.native_asset
    contracts = chain.factories | chain.routers | frozenset(chain.firm_orders) | chain.payers
    if (
        call.to in (ZERO, account)
        or call.to in chain.destinations | contracts
        or (call.to in chain.tokens)
    ):
        raise PolicyRefused(
            "destination_not_allowed", f"{address_text(call.to)} is no shopper's address."
        )
    limit = chain.refunds.get(asset)
    if limit is None:
        raise PolicyRefused("refund_not_bounded", f"Refunds have no limit for {asset}.")
    return Spend(asset=REFUND_PREFIX + asset, units=call.units, limit=limit)


def _check_account(chain: ChainPolicy, *, account: bytes, purpose: str) -> None:
    allowed = chain.accounts.get(account)
    if allowed is None:
        raise PolicyRefused(
            "account_unknown", f"{address_text(account)} signs nothing on this chain."
        )
    if purpose not in PURPOSE_NAMES:
        raise PolicyRefused("purpose_unknown", f"There is no purpose {purpose!r}.")
    # An account may always take back its own nonce.
    if purpose != Purpose.CANCEL and purpose not in allowed:
        raise PolicyRefused("purpose_not_allowed", f"{address_text(account)} is not for {purpose}.")


def _check_fees(chain: ChainPolicy, transaction: UnsignedTransaction) -> None:
    if transaction.max_fee_per_gas > chain.max_fee_per_gas:
        raise PolicyRefused("fee_over_cap", "The maximum fee per gas is above the cap.")
    if transaction.max_priority_fee_per_gas > chain.max_priority_fee_per_gas:
        raise PolicyRefused("tip_over_cap", "The tip per gas is above the cap.")
    if transaction.gas_limit > chain.max_gas_limit:
        raise PolicyRefused("gas_over_cap", "The gas limit is above the cap.")


def totals(spends: tuple[Spend, ...]) -> dict[str, int]:
    """Base units per asset."""
    sums: dict[str, int] = {}
    for spend in spends:
        sums[spend.asset] = sums.get(spend.asset, 0) + spend.units
    return sums


def _most_at_once(grant: Grant, asset: str, *, total: int) -> int:
    """Base units to hold against the limit per transaction.

    A batch is as many transfers as it has receivers: each is bounded like one that is sent on its
    own. The day takes their sum.
    """
    if not isinstance(grant.call, BatchPay):
        return total
    return max(spend.units for spend in grant.spends if spend.asset == asset)


def check_limits(
    grant: Grant, *, granted_for_nonce: Mapping[str, int], spent_today: Mapping[str, int]
) -> dict[str, int]:
    """Base units per asset that signing adds to the day.

    Of all transactions with one nonce at most one is ever mined, so a replacement adds only
    what it spends above the largest one granted before.

    Raises:
        PolicyRefused: a limit per transaction or per day would be passed.
    """
    added: dict[str, int] = {}
    limits = {spend.asset: spend.limit for spend in grant.spends}
    for asset, units in totals(grant.spends).items():
        limit = limits[asset]
        most = _most_at_once(grant, asset, total=units)
        if most > limit.per_transaction:
            raise PolicyRefused(
                "over_transaction_limit", f"{most} base units of {asset} in one transaction."
            )
        more = max(0, units - granted_for_nonce.get(asset, 0))
        if more and spent_today.get(asset, 0) + more > limit.per_day:
            raise PolicyRefused("over_day_limit", f"{asset} has reached what may leave in a day.")
        added[asset] = more
    return added
