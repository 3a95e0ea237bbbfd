"""What a shop says of an address that it is paid to."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.travelling.counterparties import counterparty_of_url
from gateway.compliance.travelling.models import PayoutWallet
from gateway.compliance.travelling.travel_address import travel_address_decode
from gateway.events.services import emit
from gateway.tenancy.scope import house_scope


@transaction.atomic
def wallet_is_ours(
    *, shop_id: UUID, address: bytes, mode: str, by: str, now: datetime
) -> PayoutWallet:
    """The shop holds the wallet itself. Again is the same."""
    return _say(shop_id=shop_id, address=address, mode=mode, by=by, now=now, kind="self_hosted")


@transaction.atomic
def wallet_is_with_provider(
    *, shop_id: UUID, address: bytes, travel_address: str, mode: str, by: str, now: datetime
) -> PayoutWallet:
    """The address is an account with a provider that we exchange with.

    Raises:
        TravelAddressInvalid
        CounterpartyUnknown: we exchange nothing with whoever is behind it.
    """
    url = travel_address_decode(travel_address)
    with house_scope():  # whom the house exchanges with is no shop's to list
        whose = counterparty_of_url(url)
    return _say(
        shop_id=shop_id,
        address=address,
        mode=mode,
        by=by,
        now=now,
        kind="provider",
        counterparty_name=whose.name,
        travel_address=travel_address.strip(),
    )


def wallet_said(*, shop_id: UUID, address: bytes) -> PayoutWallet | None:
    """What the shop says of an address; None: nothing yet. One query."""
    return PayoutWallet.objects.filter(shop_id=shop_id, address=address, is_current=True).first()


def _say(
    *,
    shop_id: UUID,
    address: bytes,
    mode: str,
    by: str,
    now: datetime,
    kind: str,
    counterparty_name: str = "",
    travel_address: str = "",
) -> PayoutWallet:
    before = (
        PayoutWallet.objects.select_for_update()
        .filter(shop_id=shop_id, address=address, is_current=True)
        .first()
    )
    told = (kind, counterparty_name, travel_address)
    if before is not None:
        if (before.kind, before.counterparty_name, before.travel_address) == told:
            return before
        before.is_current = False
        before.save(update_fields=["is_current"])
    wallet = PayoutWallet.objects.create(
        shop_id=shop_id,
        address=address,
        kind=kind,
        counterparty_name=counterparty_name,
        travel_address=travel_address,
        told_by=by,
        told_at=now,
    )
    emit(
        type="wallet.told",
        subject=f"wallet:{shop_id}:0x{address.hex()}",
        body={"shop_id": str(shop_id), "address": "0x" + address.hex(), "kind": kind},
        mode=mode,
        shop_id=shop_id,
        now=now,
    )
    return wallet
