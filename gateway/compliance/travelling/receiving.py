"""What other providers tell us: their inquiries, their answers to ours, what became of a transfer.

Each comes once per exchange and may come again: the same again is answered the same, another one is
refused. Whoever comes with no certificate of a counterparty in force is nobody.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.chains.models import Token
from gateway.compliance.travelling import locks
from gateway.compliance.travelling.asking import become, tell
from gateway.compliance.travelling.configuration import asset_named
from gateway.compliance.travelling.counterparties import check_host
from gateway.compliance.travelling.delivering import resolution_apply
from gateway.compliance.travelling.errors import (
    ExchangeConflict,
    ExchangeOver,
    ExchangeUnknown,
    TrpInvalid,
)
from gateway.compliance.travelling.keeping import message_keep, party_declare
from gateway.compliance.travelling.models import (
    Counterparty,
    Exchange,
    ExchangeMessage,
    TravelRoute,
)
from gateway.compliance.travelling.trp import (
    confirmation_read,
    inquiry_read,
    resolution_read,
)
from gateway.compliance.travelling.words import digest_of_message
from gateway.events.points import point


def inquiry_receive(
    *,
    route_id: UUID,
    whose: Counterparty,
    request_identifier: UUID,
    plain: bytes,
    now: datetime,
) -> Exchange:
    """Another provider asks whether it may send to an address of ours. People decide; the answer
    goes to its callback.

    Raises:
        TrpInvalid, IvmsInvalid: what it says can't be read.
        ExchangeUnknown: nobody is asked for at that address, or no more.
        CounterpartyUnknown: it wants to be answered at an address that is not its own.
        ExchangeConflict: it said something else under this identifier before.
    """
    try:
        return _received(route_id, whose, request_identifier, plain, now=now)
    except IntegrityError as error:
        if "travel_exchange_once" not in str(error):
            raise
        # Told twice at once: the other one was written first.
        return _received(route_id, whose, request_identifier, plain, now=now)


@transaction.atomic
def _received(
    route_id: UUID, whose: Counterparty, request_identifier: UUID, plain: bytes, *, now: datetime
) -> Exchange:
    before = Exchange.objects.filter(
        direction="in", counterparty_name=whose.name, request_identifier=request_identifier
    ).first()
    if before is not None:
        return _again(before, plain)
    route = TravelRoute.objects.filter(id=route_id, expires_at__gt=now).first()
    if route is None:
        raise ExchangeUnknown
    inquiry = inquiry_read(plain, today=now.date())
    check_host(whose, inquiry.callback)
    token = _token(route, names=asset_named(inquiry.asset))
    scaled = inquiry.amount.scaleb(token.decimals)
    if scaled != scaled.to_integral_value():
        raise TrpInvalid("amount is finer than the asset.")
    sender = inquiry.identity.originator.originator_person[0]
    subject = party_declare(shop_id=route.shop_id, person=sender, mode=route.mode, now=now)
    exchange = Exchange.objects.create(
        direction="in",
        request_identifier=request_identifier,
        counterparty=whose,
        counterparty_name=whose.name,
        shop_id=route.shop_id,
        mode=route.mode,
        about=route.about,
        subject_id=subject.id,
        asset=token.code,
        decimals=token.decimals,
        units=int(scaled),
        address=bytes(route.address),
        state="received",
        url=inquiry.callback,
        opened_at=now,
        changed_at=now,
    )
    message_keep(exchange, kind="inquiry", plain=plain, is_ours=False, now=now)
    point("travel.received")
    tell(exchange, "travel.received", now=now)
    return exchange


def _again(before: Exchange, plain: bytes) -> Exchange:
    """Raises ExchangeConflict."""
    told = ExchangeMessage.objects.filter(exchange=before, kind="inquiry").get()
    if bytes(told.digest) != digest_of_message(plain):
        raise ExchangeConflict
    return before


def _token(route: TravelRoute, *, names: frozenset[str]) -> Token:
    """The token that is meant. Raises TrpInvalid: none that this address takes."""
    wanted = names & {route.asset} if route.asset else names
    found = Token.objects.filter(code__in=wanted, chain__mode=route.mode, chain__enabled=True)
    token = found.order_by("code").first()
    if token is None:
        raise TrpInvalid("This asset is not taken here.")
    return token


@transaction.atomic
def resolution_receive(
    *, exchange_id: UUID, whose: Counterparty, plain: bytes, now: datetime
) -> Exchange:
    """The other side has decided about what we asked.

    Raises:
        TrpInvalid
        ExchangeUnknown: it is no exchange with this provider.
        ExchangeConflict, CounterpartyUnknown: as ``resolution_apply``.
        ExchangeOver: it came too late.
    """
    exchange = _of(exchange_id, whose=whose, direction="out")
    said = resolution_read(plain)
    if exchange.state not in ("asking", "asked"):
        return _repeated(exchange, kind="resolution", plain=plain)
    resolution_apply(exchange, said, plain=plain, now=now)
    exchange.save()
    point("travel.resolved")
    tell(exchange, f"travel.{exchange.state}", now=now)
    return exchange


@transaction.atomic
def confirmation_receive(
    *, exchange_id: UUID, whose: Counterparty, plain: bytes, now: datetime
) -> Exchange:
    """What became of a transfer that we approved. Raises as ``resolution_receive``."""
    exchange = _of(exchange_id, whose=whose, direction="in")
    said = confirmation_read(plain)
    # It may come before our own approval was seen to arrive there.
    if exchange.state == "approving":
        become(exchange, "approved", now=now)
    if exchange.state != "approved":
        return _repeated(exchange, kind="confirmation", plain=plain)
    message_keep(exchange, kind="confirmation", plain=plain, is_ours=False, now=now)
    exchange.txid = said.txid
    become(exchange, "confirmed" if said.txid else "cancelled", now=now)
    exchange.save()
    point("travel.confirmed")
    tell(exchange, f"travel.{exchange.state}", now=now)
    return exchange


def _of(exchange_id: UUID, *, whose: Counterparty, direction: str) -> Exchange:
    exchange = locks.exchange_for_update(exchange_id)
    if exchange.direction != direction or exchange.counterparty_name != whose.name:
        raise ExchangeUnknown
    return exchange


def _repeated(exchange: Exchange, *, kind: str, plain: bytes) -> Exchange:
    """Raises ExchangeConflict, ExchangeOver."""
    before = ExchangeMessage.objects.filter(exchange=exchange, kind=kind).first()
    if before is None:
        raise ExchangeOver
    if bytes(before.digest) != digest_of_message(plain):
        raise ExchangeConflict
    return exchange
