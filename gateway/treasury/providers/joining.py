"""Open a pool, and let a provider in: both are people's decisions."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from gateway.chains.models import Chain, Token
from gateway.compliance.parties import listed_among
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.market.liquidity.pool import PPM
from gateway.treasury.providers.configuration import providers_settings
from gateway.treasury.providers.errors import (
    PoolNotPossible,
    ProviderConflict,
    ProviderNotPossible,
)
from gateway.treasury.providers.models import LiquidityPool, Provider
from gateway.treasury.providers.saying import say


@transaction.atomic
def pool_open(
    *,
    name: str,
    asset: str,
    fee_share_ppm: int,
    loss_share_ppm: int,
    full_share_units: int,
    least_payment_units: int,
    by: str,
    now: datetime,
) -> LiquidityPool:
    """Open a pool of one token; the same name is the same pool.

    Args:
        full_share_units: principal at which the parts are given whole; below it, as much less, so
            that a small pool does not get the fees of a large house.

    Raises:
        PoolNotPossible: no such token, one that is not offered for its conduct, parts beyond the
            whole, or a live chain without ``live``.
        ProviderConflict: the name is another pool's.
    """
    token = Token.objects.select_related("chain").filter(code=asset).first()
    if token is None or token.address is None:
        raise PoolNotPossible("A pool holds a token of a chain; a coin as the token that wraps it.")
    if token.refused:
        raise PoolNotPossible(f"{asset} is not offered: {token.refused}.")
    if token.chain.mode == "live" and not providers_settings().live:
        raise PoolNotPossible("Live pools are off.", hint='Set PROVIDERS to {"live": true}.')
    if not name.strip() or not by.strip() or full_share_units <= 0 or least_payment_units < 0:
        raise PoolNotPossible("Name the pool, who opens it, and its terms.")
    _check_parts(asset, fee_share_ppm=fee_share_ppm, loss_share_ppm=loss_share_ppm, name=name)
    terms = {
        "asset": asset,
        "fee_share_ppm": fee_share_ppm,
        "loss_share_ppm": loss_share_ppm,
        "full_share_units": full_share_units,
        "least_payment_units": least_payment_units,
    }
    pool, created = LiquidityPool.objects.get_or_create(
        name=name,
        defaults={
            "id": uuid7(),
            **terms,
            "decimals": token.decimals,
            "chain_id": token.chain_id,
            "mode": token.chain.mode,
            "fees_through": now,
            "opened_by": by,
            "opened_at": now,
        },
    )
    if created:
        say(pool, "pool.opened", now=now, by=by)
    elif {field: getattr(pool, field) for field in terms} != terms:
        raise ProviderConflict(f"{name} is a pool with other terms.")
    return pool


def _check_parts(asset: str, *, fee_share_ppm: int, loss_share_ppm: int, name: str) -> None:
    others = LiquidityPool.objects.filter(asset=asset).exclude(name=name)
    given = others.aggregate(fees=Sum("fee_share_ppm"), losses=Sum("loss_share_ppm"))
    for part, taken in ((fee_share_ppm, given["fees"]), (loss_share_ppm, given["losses"])):
        if not 0 <= part <= PPM - (taken or 0):
            raise PoolNotPossible("All pools of an asset together share at most the whole.")


@transaction.atomic
def provider_join(*, name: str, mode: str, wallet: bytes, by: str, now: datetime) -> Provider:
    """Let someone provide, from and to one wallet; the same wallet is the same provider.

    Raises:
        ProviderNotPossible: the wallet is the house's own, or a list names it.
        ProviderConflict: the wallet is another provider's.
        ListsMissing: nobody can say whether a list names it.
    """
    if not name.strip() or not by.strip() or len(wallet) != 20 or not any(wallet):
        raise ProviderNotPossible("Name the provider, their wallet, and who lets them in.")
    chains = list(Chain.objects.filter(mode=mode))
    if not chains:
        raise ProviderNotPossible(f"There is no chain of mode {mode!r}.")
    if any(wallet in (bytes(chain.treasury), bytes(chain.factory_address)) for chain in chains):
        raise ProviderNotPossible("This wallet is the house's own.")
    if listed_among([wallet]):
        raise ProviderNotPossible("This wallet may not be dealt with.")
    provider, created = Provider.objects.get_or_create(
        mode=mode,
        wallet=wallet,
        defaults={"id": uuid7(), "name": name, "joined_by": by, "joined_at": now},
    )
    if created:
        emit(
            type="provider.joined",
            subject=f"provider:{provider.id}",
            body={"provider_id": str(provider.id), "name": name, "by": by},
            mode=mode,
            now=now,
        )
    elif provider.name != name:
        raise ProviderConflict("This wallet is another provider's.")
    return provider
