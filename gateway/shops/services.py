"""Open a shop, change its terms, stop it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.events.services import emit
from gateway.money.assets import FIAT
from gateway.shops.errors import AddressRefused, PolicyRefused, ShopUnknown, TermsRefused
from gateway.shops.fees import FEE_FIELDS, fee_begin
from gateway.shops.models import ADDRESS_BYTES, SHOP_STATUSES, PolicyVersion, Shop
from gateway.shops.policies import OWN_FIELDS, SettlementPolicy, first_policy, policy_from
from gateway.shops.terms import terms_from
from gateway.shops.zones import zone_checked


@transaction.atomic
def shop_open(
    *,
    name: str,
    pricing_currency: str,
    settlement_asset: str,
    payout_address: bytes | None = None,
    threshold_units: int | None = None,
    terms: dict[str, Any] | None = None,
    now: datetime,
) -> Shop:
    """Open a test shop; ``compliance`` makes it a live one when it approves it.

    Args:
        threshold_units: of the settlement asset, from which it is paid by itself; None: only when
            it asks.

    Raises:
        PolicyRefused: the threshold isn't positive.
        TermsRefused: the name is empty, the currency unknown or a term out of its range.
        AddressRefused: the payout address isn't 20 bytes, or is zero.
    """
    if not name.strip():
        raise TermsRefused("A shop needs a name.", field="name")
    checked = terms_from({**(terms or {}), "fee_version": 1})
    shop = Shop.objects.create(
        name=name.strip(),
        pricing_currency=_checked_currency(pricing_currency),
        settlement_asset=settlement_asset,
        payout_address=_checked_address(payout_address),
        terms=msgspec.to_builtins(checked),
        created_at=now,
    )
    fee_begin(shop, fee_bps=checked.fee_bps, now=now)
    policy = first_policy(settlement_asset, threshold_units=threshold_units)
    _policy_add(shop, policy_from(msgspec.to_builtins(policy)), number=1, by="opened", now=now)
    emit(
        type="shop.opened",
        subject=f"shop:{shop.id}",
        body={"shop_id": str(shop.id), "name": shop.name},
        mode=shop.mode,
        shop_id=shop.id,
        now=now,
    )
    return shop


def shop_set_strategic_share(*, shop_id: UUID, share_ppm: int) -> None:
    """Remember which share of its payers uses a lock as an option. One statement.

    Args:
        share_ppm: millionths, between none and all.
    """
    Shop.objects.filter(id=shop_id).update(strategic_share_ppm=min(max(share_ppm, 0), 1_000_000))


@transaction.atomic
def shop_set_payout_address(
    *, shop_id: UUID, address: bytes, now: datetime, changed_by: str = ""
) -> Shop:
    """Send the shop's payouts to another address from now on.

    Args:
        changed_by: who asked for it, ``user:<id>``; stands in the event.

    Raises:
        AddressRefused: not 20 bytes, or zero.
    """
    shop = _locked(shop_id)
    shop.payout_address = _checked_address(address)
    shop.save(update_fields=["payout_address"])
    _changed(shop, what="payout_address", now=now, changed_by=changed_by)
    return shop


@transaction.atomic
def shop_set_policy(
    *, shop_id: UUID, changes: dict[str, Any], now: datetime, changed_by: str = ""
) -> PolicyVersion:
    """Be paid otherwise from now on: a new version. The same again is the same version.

    Args:
        changes: fields of the policy that a shop decides itself.

    Raises:
        PolicyRefused: the policy can't be used, or a field is not the shop's to change.
    """
    foreign = set(changes) - set(OWN_FIELDS)
    if foreign:
        raise PolicyRefused(
            "The reserve is the house's condition.", field=min(foreign), hint="Ask for a change."
        )
    return _new_policy(shop_id=shop_id, changes=changes, now=now, changed_by=changed_by)


@transaction.atomic
def shop_set_reserve(
    *, shop_id: UUID, bps: int, days: int, now: datetime, changed_by: str
) -> PolicyVersion:
    """Keep this part of each credit from now on for so many days; what is kept already stays so.

    Raises:
        PolicyRefused: out of range, or only one of the two.
    """
    changes = {"reserve_bps": bps, "reserve_days": days}
    return _new_policy(shop_id=shop_id, changes=changes, now=now, changed_by=changed_by)


def _new_policy(
    *, shop_id: UUID, changes: dict[str, Any], now: datetime, changed_by: str
) -> PolicyVersion:
    shop = _locked(shop_id)
    current = shop.policies.filter(is_current=True).first()
    before = current.policy if current else msgspec.to_builtins(first_policy(shop.settlement_asset))
    policy = policy_from({**before, **changes})
    if current is not None and policy == policy_from(before):
        return current
    shop.policies.filter(is_current=True).update(is_current=False)
    version = _policy_add(
        shop, policy, number=current.number + 1 if current else 1, by=changed_by, now=now
    )
    _changed(shop, what="settlement_policy", now=now, changed_by=changed_by)
    return version


def _policy_add(
    shop: Shop, policy: SettlementPolicy, *, number: int, by: str, now: datetime
) -> PolicyVersion:
    return PolicyVersion.objects.create(
        shop=shop,
        number=number,
        schedule=policy.schedule,
        policy=msgspec.to_builtins(policy),
        decided_by=by,
        decided_at=now,
    )


@transaction.atomic
def shop_set_place(
    *, shop_id: UUID, pricing_currency: str, time_zone: str, now: datetime, changed_by: str = ""
) -> Shop:
    """Price in another currency and show another clock; open invoices keep their currency.

    Terms that count minor units of the pricing currency keep their numbers.

    Raises:
        TermsRefused: we don't price in this currency, or there is no such time zone.
    """
    shop = _locked(shop_id)
    shop.pricing_currency = _checked_currency(pricing_currency)
    shop.time_zone = zone_checked(time_zone)
    shop.save(update_fields=["pricing_currency", "time_zone"])
    _changed(shop, what="place", now=now, changed_by=changed_by)
    return shop


@transaction.atomic
def shop_set_terms(
    *, shop_id: UUID, changes: dict[str, Any], now: datetime, changed_by: str = ""
) -> Shop:
    """Change some of the terms; open invoices keep what they were issued with.

    Raises:
        TermsRefused: a term is unknown or out of its range, or it is the fee, which has a
            schedule of its own.
    """
    for field in FEE_FIELDS:
        if field in changes:
            raise TermsRefused("The fee changes by a version of its schedule.", field=field)
    shop = _locked(shop_id)
    shop.terms = msgspec.to_builtins(terms_from({**shop.terms, **changes}))
    shop.save(update_fields=["terms"])
    _changed(shop, what="terms", now=now, changed_by=changed_by)
    return shop


@transaction.atomic
def shop_set_status(*, shop_id: UUID, status: str, now: datetime) -> Shop:
    """Suspend, close or reactivate a shop. What it is owed stays owed."""
    if status not in SHOP_STATUSES:
        raise TermsRefused(f"{status!r} is no state of a shop.", field="status")
    shop = _locked(shop_id)
    if shop.status == "closed" and status != "closed":
        raise TermsRefused("A shop that is closed stays closed.", field="status")
    shop.status = status
    shop.save(update_fields=["status"])
    _changed(shop, what="status", now=now)
    return shop


@transaction.atomic
def shop_approve(*, shop_id: UUID, live: bool, now: datetime) -> Shop:
    """Record compliance's approval; with ``live`` the shop leaves test mode for good."""
    shop = _locked(shop_id)
    shop.approved_at = now
    if live:
        shop.mode = "live"
    shop.save(update_fields=["approved_at", "mode"])
    _changed(shop, what="approved_at", now=now)
    return shop


def _locked(shop_id: UUID) -> Shop:
    shop = Shop.objects.select_for_update().filter(id=shop_id).first()
    if shop is None:
        raise ShopUnknown
    return shop


def _changed(shop: Shop, *, what: str, now: datetime, changed_by: str = "") -> None:
    by = {"changed_by": changed_by} if changed_by else {}
    emit(
        type="shop.changed",
        subject=f"shop:{shop.id}",
        body={"shop_id": str(shop.id), "changed": what, **by},
        mode=shop.mode,
        shop_id=shop.id,
        now=now,
    )


def _checked_currency(code: str) -> str:
    if code not in FIAT:
        raise TermsRefused(
            f"We don't price in {code[:16]!r}.",
            hint=f"Use one of {', '.join(sorted(FIAT))}.",
            field="pricing_currency",
        )
    return code


def _checked_address(address: bytes | None) -> bytes | None:
    if address is None:
        return None
    if len(address) != ADDRESS_BYTES or not any(address):
        raise AddressRefused
    return address
