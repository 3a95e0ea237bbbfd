"""What plugins do that is more than one room's verb: ask for money, give back, be paired."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.invoices.metadata import check_metadata
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_describe, invoice_issue
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.refunds.paid import paid_of
from gateway.refunds.requesting import Asked, Wanted, refund_request
from gateway.refunds.selectors import refundable_of
from gateway.shops.errors import TermsRefused
from gateway.shops.models import Shop
from gateway.shops.selectors import ShopView
from gateway.shops.services import shop_set_terms
from gateway.shops.terms import ReleaseAt, ReleaseRule
from merchants.accounts.actions import roles_allow
from merchants.accounts.models import User
from merchants.accounts.services import api_key_create, api_key_revoke
from merchants.plugins.buyers import forget_at, seal_buyer, split
from merchants.plugins.inputs import MINUTE, SPEEDS, Checkout, NewInvoice, NewPullPayment, NewRefund
from merchants.plugins.known import KnownPlugin
from merchants.plugins.models import AskedInvoice, Pairing
from merchants.plugins.permissions import actions_for, scopes_for
from merchants.plugins.problems import InputRefused, fault
from merchants.plugins.selectors import Said, invoices_of_orders, pairing_before

BPS: Final = 10_000
_SURER: Final[tuple[ReleaseAt, ...]] = ("seen", "confirmed", "final")
_WORD: Final = re.compile(r"[^\s#]+")


class PairingRefused(TillwayError):
    code = "pairing_refused"
    message = "Your role in this shop may not give these permissions away."
    hint = "Ask the shop's owner to connect the plugin."
    status = 403


@transaction.atomic
def plugin_invoice_issue(
    *, shop: ShopView, wanted: NewInvoice, made_by: str, now: datetime
) -> tuple[Invoice, Said]:
    """Ask for money as a plugin does: by the shop's terms, or by stricter ones that it asked for.

    Raises:
        as ``invoice_issue``.
    """
    check_metadata(wanted.metadata)
    checkout, (metadata, buyer) = wanted.checkout, split(wanted.metadata)
    invoice = invoice_issue(
        shop=_on_terms(shop, checkout),
        amount=wanted.amount,
        now=now,
        order_id=wanted.order_id,
        metadata=metadata,
        lock_seconds=checkout.lock_seconds,
        created_by=made_by,
        only=checkout.assets,
        return_url=checkout.redirect_url,
    )
    AskedInvoice.objects.create(
        invoice_id=invoice.id,
        shop_id=shop.id,
        options=checkout.as_asked(),
        buyer=seal_buyer(buyer, invoice_id=invoice.id),
        forget_at=forget_at(invoice.monitoring_end),
    )
    return invoice, Said(checkout.as_asked(), buyer)


@transaction.atomic
def plugin_invoice_describe(
    *, shop_id: UUID, invoice_id: UUID, metadata: Mapping[str, Any], order_id: str
) -> Invoice:
    """Put other metadata beside an invoice, and who buys apart from it.

    Raises:
        as ``invoice_describe``.
    """
    check_metadata(metadata)
    kept, buyer = split(metadata)
    invoice = invoice_describe(
        shop_id=shop_id, invoice_id=invoice_id, metadata=kept, order_id=order_id
    )
    AskedInvoice.objects.update_or_create(
        invoice_id=invoice.id,
        defaults={
            "shop_id": shop_id,
            "buyer": seal_buyer(buyer, invoice_id=invoice.id),
            "forget_at": forget_at(invoice.monitoring_end),
        },
    )
    return invoice


def buyers_forget(*, now: datetime) -> int:
    """Forget who bought long ago; of how many invoices. One statement."""
    named = AskedInvoice.objects.filter(forget_at__lte=now, buyer__isnull=False)
    return named.update(buyer=None)


def _on_terms(shop: ShopView, checkout: Checkout) -> ShopView:
    """The shop, with this one sale's own terms where they are stricter than its usual ones: a key
    that asks for payments must not loosen what its owner agreed to. Pure."""
    terms = shop.terms
    if checkout.speed is not None:
        asked = SPEEDS[checkout.speed]
        rules = tuple(
            ReleaseRule(up_to=rule.up_to, at=max(rule.at, asked, key=_SURER.index))
            for rule in terms.release_rules
        )
        terms = msgspec.structs.replace(terms, release_rules=rules)
    if checkout.tolerance_bps is not None:
        most = terms.underpay_tolerance_bps
        terms = msgspec.structs.replace(
            terms, underpay_tolerance_bps=min(checkout.tolerance_bps, most)
        )
    if checkout.monitoring_seconds is not None:
        # Not watched at all, a payment in the last block would be found by nobody.
        asked_seconds = max(checkout.monitoring_seconds, MINUTE)
        terms = msgspec.structs.replace(
            terms, monitoring_seconds=min(asked_seconds, terms.monitoring_seconds)
        )
    return replace(shop, terms=terms)


@transaction.atomic
def plugin_refund(*, invoice: Invoice, wanted: NewRefund, by: Person, now: datetime) -> Asked:
    """Give back of an invoice what a plugin asks for, to whoever holds the claim link.

    Raises:
        InputRefused: there is no surplus to give back, or nothing is left of it.
        as ``refund_request``.
    """
    return refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=_refund_of(invoice, wanted),
        by=by,
        now=now,
    )


def _refund_of(invoice: Invoice, wanted: NewRefund) -> Wanted:
    reason = wanted.description or wanted.name
    if wanted.variant == "OverpaidAmount":
        owed = [one for one in refundable_of(invoice).owed if one.reason == "surplus"]
        if not owed:
            raise InputRefused(fault("refundVariant", "Nothing was paid on top of this invoice."))
        return Wanted(claim_id=owed[0].claim_id, reason=reason)
    amount = wanted.amount
    if amount is None and wanted.subtract_bps:
        left = refundable_of(invoice).left
        kept = left.units * (BPS - wanted.subtract_bps) // BPS
        amount = Amount(kept, left.asset)
    at_todays_rate = wanted.variant in ("CurrentRate", "Fiat")
    return Wanted(
        amount=amount,
        rate="today" if at_todays_rate else "paid",
        assets=_sendable(wanted.assets, invoice),
        reason=reason,
    )


def _sendable(assets: tuple[str, ...], invoice: Invoice) -> tuple[str, ...]:
    """Those that a refund of the invoice may be sent in: WooCommerce's plugin names every one that
    the shop takes, for the shopper to choose from. If none may, all, whose refusal says so. Three
    queries, and none where any will do."""
    if not assets:
        return assets
    token = paid_of(invoice).token
    possible = {invoice.settlement_asset, token.asset if token else ""}
    return tuple(asset for asset in assets if asset in possible) or assets


@transaction.atomic
def plugin_pull_payment(
    *, shop: ShopView, wanted: NewPullPayment, by: Person, now: datetime
) -> Asked:
    """Money to be claimed, as plugins refund an order: they name it, and no invoice. What may be
    given back here is what an invoice was paid, so the name must hold the order's. WooCommerce's
    plugin writes "Refund of order 12; 2 cups were broken": what stands before the first semicolon
    goes before the reason behind it, which is read only where there is no digit before it.

    Raises:
        InputRefused: no order, or more than one, is so named.
        as ``refund_request``.
    """
    invoices = _of_the_order_named(wanted.name, shop_id=shop.id)
    invoice = _to_refund(invoices, amount=wanted.amount)
    return refund_request(
        shop_id=shop.id,
        invoice_id=invoice.id,
        wanted=Wanted(
            amount=wanted.amount,
            rate="paid",
            assets=_sendable(wanted.assets, invoice),
            reason=wanted.description or wanted.name,
        ),
        by=by,
        now=now,
    )


def _of_the_order_named(text: str, *, shop_id: UUID) -> list[Invoice]:
    """The invoices of the one order that a refund's name holds. Two queries at most.

    Raises:
        InputRefused
    """
    order = text.partition(";")[0]
    # A number there is the order's: where it can't be refunded, the reason names no other.
    parts = (order,) if any(letter.isdigit() for letter in order) else (order, text)
    for part in dict.fromkeys(parts):
        names = {word.strip(".,;:()[]\"'") for word in _WORD.findall(part)} - {""}
        invoices = invoices_of_orders(shop_id=shop_id, names=names)
        if len({invoice.order_id for invoice in invoices}) == 1:
            return invoices
    raise InputRefused(
        fault(
            "name",
            "A refund here belongs to an order that was paid: name that one order, such as"
            ' "Refund of order 1001".',
        )
    )


def _to_refund(invoices: Sequence[Invoice], *, amount: Amount) -> Invoice:
    """Of one order's invoices the one to give ``amount`` back of: of an order paid twice, the one
    on top of it while that much is left of it, then the one that pays it. Where nothing covers it,
    the first, whose refusal says so. At most eight queries for each."""
    paid = [invoice for invoice in invoices if invoice.status == "paid"]
    on_top = [invoice for invoice in paid if invoice.duplicate_order]
    candidates = [*on_top, *(one for one in paid if not one.duplicate_order)] or list(invoices)
    if len(candidates) > 1:
        for invoice in candidates:
            left = refundable_of(invoice).left
            if left.asset == amount.asset and left.units >= amount.units:
                return invoice
    return candidates[0]


@dataclass(frozen=True, slots=True)
class Application:
    """Who is to have a key, and for what.

    Attributes:
        host: where the key is sent: scheme, host and port; empty: somebody types it in there.
    """

    name: str
    identifier: str
    host: str
    permissions: tuple[str, ...]


@transaction.atomic
def plugin_pair(
    *,
    shop: ShopView,
    application: Application,
    user: User,
    roles: frozenset[str],
    now: datetime,
) -> str:
    """Give a plugin a key of its own to a shop; its secret is told this once. The key it had from
    the same address ends, since nobody can tell its secret again. Its site may show the checkout in
    a frame, where the person may let it.

    Raises:
        PairingRefused: the person's roles don't hold what is given away.
    """
    before = pairing_before(
        shop_id=shop.id, identifier=application.identifier, host=application.host
    )
    if before is not None:
        api_key_revoke(shop_id=shop.id, key_id=before.key_id, now=now, by=f"user:{user.pk}")
    secret = _key_given(shop=shop, application=application, user=user, roles=roles, now=now)
    if roles_allow(roles, "webhook.manage"):
        _frame_at(application.host, shop_id=shop.id, user=user, now=now)
    return secret


@transaction.atomic
def plugin_key_make(
    *,
    shop: ShopView,
    plugin: KnownPlugin,
    name: str,
    user: User,
    roles: frozenset[str],
    now: datetime,
) -> str:
    """A key that somebody types into a plugin by hand, with the permissions that it wants; its
    secret is told this once.

    Raises:
        PairingRefused: the person's roles don't hold what is given away.
    """
    application = Application(
        name=name, identifier=plugin.identifier, host="", permissions=plugin.permissions
    )
    return _key_given(shop=shop, application=application, user=user, roles=roles, now=now)


def may_give(permissions: Iterable[str], *, roles: Collection[str]) -> bool:
    """Whether somebody with these roles may give a key with these permissions away. Pure."""
    needed = {"api_key.manage", *actions_for(permissions)}
    return all(roles_allow(roles, action) for action in needed)


def _key_given(
    *,
    shop: ShopView,
    application: Application,
    user: User,
    roles: frozenset[str],
    now: datetime,
) -> str:
    """Raises PairingRefused."""
    if not may_give(application.permissions, roles=roles):
        raise PairingRefused
    key, secret = api_key_create(
        shop_id=shop.id,
        mode=shop.mode,
        scopes=scopes_for(application.permissions),
        name=application.name,
        created_by=user,
        plain=True,
        now=now,
    )
    Pairing.objects.create(
        shop_id=shop.id,
        key=key,
        permissions=list(application.permissions),
        application=application.name,
        identifier=application.identifier,
        host=application.host,
        paired_by=user,
        paired_at=now,
    )
    return secret


def _frame_at(origin: str, *, shop_id: UUID, user: User, now: datetime) -> None:
    """Let the plugin's site show the checkout in a frame, as its script does. Where that can't be,
    the shop's list being full or the site without TLS, it opens in the shopper's whole window."""
    terms = Shop.objects.values_list("terms", flat=True).select_for_update().get(id=shop_id)
    origins = terms.get("embed_origins", [])
    if origin in origins or not origin.startswith("https://"):
        return
    with suppress(TermsRefused):
        shop_set_terms(
            shop_id=shop_id,
            changes={"embed_origins": [*origins, origin]},
            now=now,
            changed_by=f"user:{user.pk}",
        )


def refund_worth(refund: Refund) -> Amount:
    """What a refund is said to be worth, in its invoice's currency. Pure."""
    return Amount(int(refund.worth_units or 0), FIAT[refund.currency])
