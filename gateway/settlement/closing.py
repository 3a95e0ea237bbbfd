"""The way out for the money of a shop that closes, and for that of one that is suspended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import ADDRESS_BYTES
from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.ledger import locks as ledger_locks
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement.errors import NothingToPayOut, PayoutTooLarge, ReleaseRefused
from gateway.settlement.life import Payable
from gateway.settlement.models import Payout, Shortfall
from gateway.settlement.quoting import offer, token_paid_out
from gateway.settlement.requesting import payout_make
from gateway.settlement.scheduling import settlement_run
from gateway.settlement.selectors import payable_balances, payable_now
from gateway.shops.errors import AddressRefused
from gateway.shops.policies import first_policy
from gateway.shops.selectors import PolicyView, ShopView, policy_of, shop_view
from gateway.shops.services import shop_set_status

DUST_PLACES = 2
"""Less than a hundredth of a whole unit isn't worth a transaction: it stays owed in the books, and
no shop is kept from being closed by it."""

Step = Literal["not_closing", "reserve", "waits", "paid", "closed"]


def closing_step(*, shop_id: UUID, now: datetime) -> Step:
    """Go on with the closing of a shop. Safe to call again at any time.

    When the last day of its reserve is over all that is left is paid out, without a minimum: its
    settlement balance by its policy, or whole as it is if a part of that can't be converted; any
    other balance as it is. Once only dust is left, nothing is under way and nothing is short, it
    is ``closed``.

    Raises:
        TillwayError: it can't be paid (no address): its money waits, and people release it.
    """
    shop = shop_view(shop_id=shop_id)
    if shop.status != "closing":
        return "not_closing"
    balances = payable_balances(shop=shop, now=now)
    if any(balance.reserve for balance in balances.values()):
        return "reserve"
    decimals = dict(Token.objects.filter(code__in=balances).values_list("code", "decimals"))
    decimals |= {code: FIAT[code].decimals for code in balances if code in FIAT}
    due = [
        code
        for code, balance in balances.items()
        if code in decimals and balance.units >= dust_of(decimals[code])
    ]
    for code in due:
        _pay_last(shop, code, now=now)
    if due:
        return "paid"
    return _close_if_empty(shop, decimals=decimals, now=now)


@transaction.atomic
def payout_release_to(
    *,
    shop_id: UUID,
    destination: bytes,
    reason: str,
    idempotency_key: str,
    now: datetime,
    asset: str | None = None,
    units: int | None = None,
) -> Payout:
    """Send the money of a suspended or closing shop where people decided it goes.

    The only way out of a suspended shop. Who may decide that, and how many, is asked before.

    Args:
        destination: 20 bytes; the shop's own address doesn't count.
        reason: why, and who decided it; kept with the payout.
        idempotency_key: names the decision; the same one sends once.
        asset: of which balance; the settlement asset by default.
        units: None for all that is payable: what is withheld, not final or in reserve stays.

    Raises:
        ReleaseRefused: the shop is neither, or no reason is given.
        AddressRefused: not 20 bytes, or zero.
        NothingToPayOut, PayoutTooLarge: by what is payable.
        AssetNotPaidOut: no chain of the shop's mode has the asset.
    """
    shop = shop_view(shop_id=shop_id)
    if shop.status not in ("suspended", "closing"):
        raise ReleaseRefused("This shop asks for its payouts itself.", field="shop_id")
    if not reason.strip():
        raise ReleaseRefused("Say why, and who decided it.", field="reason")
    if len(destination) != ADDRESS_BYTES or not any(destination):
        raise AddressRefused(field="destination")
    code = asset or shop.settlement_asset
    owed = ledger_locks.shop_balance_for_update(shop_id=shop_id, asset=code)
    key = f"release:{idempotency_key}"
    earlier = Payout.objects.filter(shop_id=shop_id, idempotency_key=key).first()
    if earlier is not None:
        return earlier
    token = token_paid_out(code, mode=shop.mode)
    payable = payable_now(shop=shop, balance=owed, now=now).units
    wanted = payable if units is None else units
    if wanted <= 0:
        raise NothingToPayOut
    if wanted > payable:
        raise PayoutTooLarge(f"At most {payable} base units can leave now, not {wanted}.")
    taken = Amount(wanted, Asset(code, token.decimals))
    return payout_make(
        shop=shop,
        found=offer(shop=shop, taken=taken, into=code, now=now),
        destination=destination,
        trigger="release",
        idempotency_key=key,
        requested_units=units,
        reason=reason.strip(),
        now=now,
    )


def dust_of(decimals: int) -> int:
    """Base units below which nothing is sent at the end."""
    return int(10 ** max(0, decimals - DUST_PLACES))


def _pay_last(shop: ShopView, code: str, *, now: datetime) -> None:
    view = policy_of(shop=shop)
    key = f"closing:{code}:{now.isoformat()}"
    if code != shop.settlement_asset:
        _run(shop, view, key=key, asset=code, now=now)
        return
    try:
        _run(shop, view, key=key, asset=None, now=now)
    except TillwayError:
        whole = PolicyView(view.number, first_policy(shop.settlement_asset))
        _run(shop, whole, key=key, asset=None, now=now)


def _run(shop: ShopView, view: PolicyView, *, key: str, asset: str | None, now: datetime) -> None:
    settlement_run(
        shop=shop, view=view, key=key, trigger="closing", is_last=True, asset=asset, now=now
    )


@transaction.atomic
def _close_if_empty(shop: ShopView, *, decimals: dict[str, int], now: datetime) -> Step:
    for code in sorted(decimals):
        ledger_locks.shop_balance_for_update(shop_id=shop.id, asset=code)
    balances = payable_balances(shop=shop, now=now)
    is_empty = all(_is_done(balance, decimals.get(code, 0)) for code, balance in balances.items())
    short = Shortfall.objects.filter(shop_id=shop.id, status="open").exists()
    if not is_empty or short:
        return "waits"
    shop_set_status(shop_id=shop.id, status="closed", now=now)
    return "closed"


def _is_done(balance: Payable, decimals: int) -> bool:
    if balance.not_final or balance.withheld or balance.reserved:
        return False
    return 0 <= balance.available < dust_of(decimals)
