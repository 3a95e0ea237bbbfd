"""What the merchant takes of an old shop: settings and webhooks at once, the rest by the task."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.shops.selectors import ShopView, shop_view
from gateway.shops.services import shop_set_place, shop_set_terms
from merchants.audit.recording import changes, record
from merchants.moving.errors import MoveElsewhere
from merchants.moving.models import Move
from merchants.moving.moves import move_end, move_locked
from merchants.moving.plans import Hook, changes_of
from merchants.moving.selectors import hooks_of, settings_of
from merchants.webhooks.services import endpoint_create
from merchants.webhooks.styles import BTCPAY


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the merchant ticked.

    Attributes:
        settings: names of lines of the plan.
        webhooks: the old server's ids.
    """

    settings: Collection[str] = ()
    webhooks: Collection[str] = ()
    items: bool = False
    history: bool = False
    with_transactions: bool = True
    with_emails: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An endpoint that was made, off, with its secret: it is told this once."""

    endpoint_id: UUID
    url: str
    secret: str


@dataclass(slots=True)
class Taken:
    """What came over at once.

    Attributes:
        refused: webhooks that can't be made here, and why.
    """

    made: list[Made] = field(default_factory=list)
    refused: list[tuple[str, TillwayError]] = field(default_factory=list)


@transaction.atomic
def move_take(*, shop: ShopView, move_id: UUID, chosen: Chosen, by: str, now: datetime) -> Taken:
    """Take what was chosen, and leave the rest to the task. Webhooks are made switched off: the
    shop switches them on when its own side knows their new secret.

    Raises:
        MoveNotFound, TermsRefused
        MoveElsewhere: it does not wait for this, or was taken before.
    """
    move = move_locked(shop_id=shop.id, move_id=move_id)
    if move.state != "choosing" or not move.store_id:
        raise MoveElsewhere
    taken = Taken()
    _take_settings(move, shop, chosen.settings, by=by, now=now)
    for hook in hooks_of(move):
        if hook.id in chosen.webhooks and hook.can_be_taken:
            _take_webhook(hook, taken, move=move, by=by, now=now)
    move.taken_at = now
    move.with_transactions = chosen.with_transactions
    move.with_emails = chosen.with_emails
    move.items_done = not chosen.items
    move.chosen = {
        "settings": sorted(chosen.settings),
        "webhooks": len(taken.made),
        "items": chosen.items,
        "history": chosen.history,
    }
    if chosen.items or chosen.history:
        move.state, move.due_at = "reading", now
        move.save()
    else:
        move_end(move, state="done", now=now)
    return taken


def _take_settings(
    move: Move, shop: ShopView, chosen: Collection[str], *, by: str, now: datetime
) -> None:
    terms, currency = changes_of(settings_of(move, shop=shop), chosen)
    if terms:
        shop_set_terms(shop_id=shop.id, changes=terms, now=now, changed_by=by)
    if currency:
        shop_set_place(
            shop_id=shop.id,
            pricing_currency=currency,
            time_zone=shop.time_zone,
            now=now,
            changed_by=by,
        )
    if terms or currency:
        after = shop_view(shop_id=shop.id)
        told = {name: getattr(shop.terms, name) for name in terms}
        told_after = {name: getattr(after.terms, name) for name in terms}
        detail = changes(
            _plain(told) | {"pricing_currency": shop.pricing_currency},
            _plain(told_after) | {"pricing_currency": after.pricing_currency},
        )
        subject = f"move:{move.id}"
        record(
            act="settings.changed", shop_id=shop.id, who=by, subject=subject, detail=detail, now=now
        )


def _plain(terms: dict[str, object]) -> dict[str, object]:
    """Rules as the audit log can hold them."""
    rules = terms.get("release_rules")
    if not isinstance(rules, tuple):
        return terms
    return terms | {"release_rules": [f"{rule.up_to}: {rule.at}" for rule in rules]}


def _take_webhook(hook: Hook, taken: Taken, *, move: Move, by: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            endpoint, secret = endpoint_create(
                shop_id=move.shop_id,
                url=hook.url,
                events=hook.events,
                style=BTCPAY,
                enabled=False,
                retries=hook.retries,
                now=now,
            )
    except TillwayError as error:
        taken.refused.append((hook.url, error))
        return
    taken.made.append(Made(endpoint.id, hook.url, secret))
    record(
        act="webhook.made",
        shop_id=move.shop_id,
        who=by,
        subject=f"webhook:{endpoint.id}",
        now=now,
    )
