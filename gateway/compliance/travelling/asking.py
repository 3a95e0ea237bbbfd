"""Ask another provider whether we may send: a row with a sealed inquiry, from which a task asks."""

from datetime import datetime
from decimal import Decimal
from typing import Final, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.models import BusinessFile
from gateway.compliance.travelling import locks
from gateway.compliance.travelling.configuration import asset_name, travel_settings
from gateway.compliance.travelling.counterparties import check_host, counterparty_named
from gateway.compliance.travelling.errors import DetailsMissing, ExchangeOver
from gateway.compliance.travelling.ivms.parts import Beneficiary, Identity, Originator, Person
from gateway.compliance.travelling.ivms.persons import company_person, provider_person
from gateway.compliance.travelling.keeping import message_keep, party_declare
from gateway.compliance.travelling.life import OPEN, PENDING, Direction, State, next_state
from gateway.compliance.travelling.models import Counterparty, Exchange
from gateway.compliance.travelling.travel_address import travel_address_decode
from gateway.compliance.travelling.trp import (
    Confirmation,
    Inquiry,
    confirmation_write,
    inquiry_write,
)
from gateway.compliance.travelling.words import word_of
from gateway.events.points import point
from gateway.events.services import emit
from gateway.money.amounts import Amount

RESOLUTIONS: Final = "resolution"
CONFIRMATIONS: Final = "confirmation"


@transaction.atomic
def exchange_ask(
    *,
    about: str,
    shop_id: UUID,
    mode: str,
    amount: Amount,
    address: bytes,
    counterparty: str,
    travel_address: str,
    now: datetime,
) -> Exchange:
    """Ask the provider behind a travel address whether a shop's money may go to an account of its;
    once while that is open.

    Args:
        address: where the money is to go.

    Raises:
        CounterpartyUnknown: we exchange nothing with it, or the address is not one of its.
        TravelAddressInvalid
        AssetUnnamed: the token has no name between providers.
        DetailsMissing: not enough is known of the shop, or of us.
        IvmsInvalid
    """
    before = Exchange.objects.filter(about=about, direction="out", state__in=OPEN).first()
    if before is not None:
        return before
    whose = counterparty_named(counterparty)
    url = travel_address_decode(travel_address)
    check_host(whose, url)
    shop = shop_person(shop_id, account=address)
    subject = party_declare(shop_id=shop_id, person=shop, mode=mode, now=now)
    exchange = Exchange(
        direction="out",
        request_identifier=uuid4(),
        counterparty=whose,
        counterparty_name=whose.name,
        shop_id=shop_id,
        mode=mode,
        about=about,
        subject_id=subject.id,
        asset=amount.asset.code,
        decimals=amount.asset.decimals,
        units=amount.units,
        address=address,
        state="asking",
        url=url,
        due_at=now,
        opened_at=now,
        changed_at=now,
    )
    inquiry = Inquiry(
        asset=asset_name(amount.asset.code),
        amount=whole_units(amount),
        callback=callback_url(RESOLUTIONS, exchange.id),
        identity=Identity(
            originator=Originator(originator_person=(shop,)),
            beneficiary=Beneficiary(beneficiary_person=(shop,)),
            originating_vasp=our_person(),
            beneficiary_vasp=their_person(whose),
        ),
        ivms="101" if whose.ivms == "101" else "101.2023",
    )
    plain = inquiry_write(
        inquiry,
        today=now.date(),
        amount_form="number" if whose.amount_form == "number" else "text",
    )
    exchange.save(force_insert=True)
    message_keep(exchange, kind="inquiry", plain=plain, is_ours=True, now=now)
    point("travel.asked")
    tell(exchange, "travel.asked", now=now)
    return exchange


@transaction.atomic
def exchange_confirm(*, exchange_id: UUID, txid: str, now: datetime) -> Exchange:
    """Have the other side told that the money left. Again is the same.

    Raises:
        ExchangeUnknown
        ExchangeOver: it was not approved, or something else was told.
    """
    return _close(
        exchange_id,
        then="confirming",
        after="confirmed",
        said=Confirmation(txid=txid),
        now=now,
    )


@transaction.atomic
def exchange_cancel(*, exchange_id: UUID, comment: str, now: datetime) -> Exchange:
    """Have the other side told that no money will come. What it has not answered just ends.
    Raises as ``exchange_confirm``."""
    exchange = locks.exchange_for_update(exchange_id)
    if exchange.direction == "out" and exchange.state in ("asking", "asked"):
        become(exchange, "expired", now=now)
        exchange.trouble = "not_needed"
        exchange.save()
        return exchange
    return _close(
        exchange_id,
        then="cancelling",
        after="cancelled",
        said=Confirmation(canceled=comment),
        now=now,
    )


def _close(
    exchange_id: UUID, *, then: State, after: State, said: Confirmation, now: datetime
) -> Exchange:
    exchange = locks.exchange_for_update(exchange_id)
    if exchange.state in (then, after) and exchange.txid == said.txid:
        return exchange
    if exchange.direction != "out" or exchange.state != "approved":
        raise ExchangeOver
    message_keep(
        exchange, kind="confirmation", plain=confirmation_write(said), is_ours=True, now=now
    )
    exchange.txid = said.txid
    become(exchange, then, now=now)
    exchange.save()
    tell(exchange, f"travel.{then}", now=now)
    return exchange


def become(exchange: Exchange, then: State, *, now: datetime) -> None:
    """Set the state and what is due by it; the caller saves it.

    Raises:
        ValueError: it may not go there.
    """
    exchange.state = next_state(
        cast(Direction, exchange.direction), cast(State, exchange.state), then
    )
    exchange.changed_at = now
    exchange.tries = 0
    exchange.due_at = now if then in PENDING else None


def tell(exchange: Exchange, type: str, *, now: datetime) -> None:
    """Emit what became of an exchange: for the house, without a word of who is in it."""
    emit(
        type=type,
        subject=f"exchange:{exchange.id}",
        body={
            "exchange_id": str(exchange.id),
            "about": exchange.about,
            "direction": exchange.direction,
            "state": exchange.state,
            "counterparty": exchange.counterparty_name,
        },
        mode=exchange.mode,
        now=now,
    )


def callback_url(what: str, exchange_id: UUID) -> str:
    """Where the other side answers."""
    return f"{settings.PUBLIC_URL}/trp/{what}s/{word_of(what, exchange_id)}"


def whole_units(amount: Amount) -> Decimal:
    """An amount in whole units, exactly."""
    digits = tuple(int(digit) for digit in str(amount.units))
    return Decimal((0, digits, -amount.asset.decimals))


def shop_person(shop_id: UUID, *, account: bytes) -> Person:
    """A shop as another provider is told of it. Raises DetailsMissing."""
    company = BusinessFile.objects.filter(shop_id=shop_id).values_list("company_id", flat=True)
    company_id = company.first()
    if company_id is None:
        raise DetailsMissing
    return company_person(
        subject_fields(company_id), customer=str(shop_id), accounts=(checksum(account),)
    )


def our_person() -> Person:
    """Us. Raises DetailsMissing: TRAVEL_RULE names nobody."""
    told = travel_settings()
    return provider_person(name=told.name, lei=told.lei, country=told.country)


def their_person(whose: Counterparty) -> Person:
    return provider_person(name=whose.legal_name, lei=whose.lei, country=whose.country)
