"""What of a shop needs somebody, each with where to look after it; and what a new shop does first.

Why money is being checked is never said here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gateway.cards.selectors import readers_of
from gateway.compliance.selectors import open_holds_of
from gateway.invoices.selectors import was_ever_paid
from gateway.refunds.cards.selectors import waiting_card_refunds
from gateway.refunds.selectors import refunds_to_approve
from merchants.accounts.actions import STEPPED_UP
from merchants.accounts.factors.selectors import has_factor
from merchants.accounts.factors.stepping import SECURITY, due_at, is_due
from merchants.accounts.guards import MemberRequest, may
from merchants.notices.selectors import shop_notices
from merchants.notices.wording import words_of
from merchants.pos.away.selectors import away_waiting
from merchants.tills.selectors import has_tablet, tills_unseen
from merchants.webhooks.models import Endpoint
from merchants.webhooks.selectors import endpoints_of
from merchants.webhooks.services import BROKEN

MOST_NOTICES: Final = 8
UNSEEN_AFTER: Final = timedelta(days=1)
"""A tablet that was not heard of for so long may be off, or its network."""
TOLD_BELOW: Final = frozenset({"webhook_failing", "webhook_disabled"})
"""Kinds of notice whose matter stands here by itself, as it is now."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to look after: what it is, what it means, and the page."""

    tone: str
    icon: str
    word: str
    more: str
    href: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a new shop does once."""

    word: str
    more: str
    href: str
    is_done: bool


def matters_of(request: MemberRequest, *, now: datetime) -> list[Matter]:
    """What its reader can do something about, most urgent first. Nine queries at most."""
    root = f"/dashboard/{request.shop.id}"
    found = []
    found += _notices(request)
    found += _own_factor(request, now=now)
    found += _refunds(request, root)
    found += _webhooks(request, root)
    found += _held(request, root)
    found += _readers(request, root)
    found += _tills(request, root, now=now)
    found += _without_connection(request, root)
    return found


def _without_connection(request: MemberRequest, root: str) -> list[Matter]:
    if not may(request, "till.manage"):
        return []
    waiting = away_waiting(shop_id=request.shop.id)
    if not waiting:
        return []
    word = ngettext(
        "%(number)d sale without a connection waits for you",
        "%(number)d sales without a connection wait for you",
        waiting,
    ) % {"number": waiting}
    more = _("Book it, or say why it becomes no sale.")
    return [Matter("wait", "offline", word, more, f"{root}/away")]


def _notices(request: MemberRequest) -> list[Matter]:
    """Payouts that failed, what is due of the shop, acts that wait: until somebody takes it on."""
    notices = shop_notices(shop_id=request.shop.id, roles=request.roles, most=MOST_NOTICES)
    told = [words_of(notice) for notice in notices if notice.kind not in TOLD_BELOW]
    return [Matter("problem", "alert", one.title, one.meaning, one.path) for one in told]


def _own_factor(request: MemberRequest, *, now: datetime) -> list[Matter]:
    """That they need a second factor for what they may do here, while they can still do without;
    later that they can't. One query in a live shop, none in a test one."""
    needs_one = request.shop.mode == "live" and any(may(request, act) for act in STEPPED_UP)
    if not needs_one or has_factor(request.user.id):
        return []
    if is_due(request.user, now=now):
        word = _("Set up a second factor")
        more = _("Without one you can't move this shop's money or change its terms any more.")
        return [Matter("problem", "shield", word, more, SECURITY)]
    day = date_format(timezone.localtime(due_at(request.user)), "DATE_FORMAT")
    word = _("Set up a second factor by %(day)s") % {"day": day}
    more = _("From then on you can't move this shop's money or change its terms without one.")
    return [Matter("wait", "shield", word, more, SECURITY)]


def _refunds(request: MemberRequest, root: str) -> list[Matter]:
    if not may(request, "refund.approve"):
        return []
    shop_id = request.shop.id
    waiting = refunds_to_approve(shop_id=shop_id) + len(waiting_card_refunds(shop_id=shop_id))
    if not waiting:
        return []
    word = ngettext(
        "%(number)d refund waits for approval", "%(number)d refunds wait for approval", waiting
    ) % {"number": waiting}
    more = _("Say yes or no: the customer is waiting.")
    return [Matter("wait", "hourglass", word, more, f"{root}/refunds")]


def _webhooks(request: MemberRequest, root: str) -> list[Matter]:
    if not may(request, "webhook.view"):
        return []
    return [
        Matter(
            "problem",
            "external",
            _("Off: it took nothing any more")
            if not one.enabled
            else _("Your program does not answer"),
            one.url,
            f"{root}/developers/webhooks/{one.id}",
        )
        for one in endpoints_of(request.shop.id)
        if _is_broken(one)
    ]


def _is_broken(endpoint: Endpoint) -> bool:
    if endpoint.enabled:
        return endpoint.failing_since is not None
    return endpoint.disabled_reason in BROKEN


def _held(request: MemberRequest, root: str) -> list[Matter]:
    held = len(open_holds_of(request.shop.id))
    if not held:
        return []
    word = ngettext(
        "%(number)d payment is being checked", "%(number)d payments are being checked", held
    ) % {"number": held}
    more = _("That takes a while sometimes. There is nothing for you to do.")
    return [Matter("quiet", "hourglass", word, more, f"{root}/invoices?exception=held")]


def _readers(request: MemberRequest, root: str) -> list[Matter]:
    if not may(request, "settings.view"):
        return []
    off = [
        one.label
        for one in readers_of(shop_id=request.shop.id)
        if one.status == "ready" and one.told_at is not None and not one.is_online
    ]
    if not off:
        return []
    word = ngettext(
        "%(number)d card reader is offline", "%(number)d card readers are offline", len(off)
    ) % {"number": len(off)}
    return [Matter("wait", "card", word, ", ".join(off), f"{root}/settings/readers")]


def _tills(request: MemberRequest, root: str, *, now: datetime) -> list[Matter]:
    if not may(request, "till.manage"):
        return []
    unseen = tills_unseen(shop_id=request.shop.id, since=now - UNSEEN_AFTER)
    if not unseen:
        return []
    word = ngettext(
        "%(number)d till was not seen for a day",
        "%(number)d tills were not seen for a day",
        len(unseen),
    ) % {"number": len(unseen)}
    return [Matter("quiet", "till", word, ", ".join(unseen), f"{root}/settings/tills")]


def first_steps(request: MemberRequest) -> list[Step]:
    """What a new shop does, in order; empty once there was a sale and money has somewhere to go.
    Two queries at most, none for who can't do any of it."""
    if not may(request, "settings.view"):
        return []
    shop, root = request.shop, f"/dashboard/{request.shop.id}"
    has_sold = was_ever_paid(shop_id=shop.id)
    if has_sold and shop.payout_address:
        return []
    return [
        Step(
            _("Sell something"),
            _("Type an amount at the till and pay it yourself: with test money it costs nothing."),
            f"/pos/{shop.id}/",
            has_sold,
        ),
        Step(
            _("Say where your money goes"),
            _("Set the address of your own wallet, so that your takings have somewhere to go."),
            f"{root}/settings",
            bool(shop.payout_address),
        ),
        Step(
            _("Say who is behind the shop"),
            _("A test shop takes test money. Once you are verified it takes real money."),
            f"{root}/verification",
            shop.mode == "live",
        ),
        Step(
            _("Pair a till"),
            _("A tablet or phone that sells for you, with a PIN for each of your people."),
            f"{root}/settings/tills",
            has_tablet(shop_id=shop.id),
        ),
    ]
