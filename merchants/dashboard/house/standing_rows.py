"""What the house's page of a shop shows: state, balances, reserve, what was done and why."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.custody.approvals.life import OPEN
from gateway.custody.approvals.selectors import acts_about
from gateway.events.models import Event
from gateway.settlement import releasing, reserve_terms, standing
from gateway.settlement.models import Shortfall
from gateway.shops.selectors import ShopView, reserve_terms_of
from merchants.accounts.actions import actions_allowed
from merchants.accounts.selectors import people_named
from merchants.dashboard.approvals.rows import name_in, rows_of
from merchants.dashboard.reserve_figures import reserve_lines
from merchants.dashboard.selectors import balance_lines, time_text
from merchants.dashboard.settlement_words import percent_of_bps
from merchants.dashboard.standing_words import status_does, status_sign, step_word

KINDS = (standing.KIND, reserve_terms.KIND, releasing.KIND)
SHOWN_ACTS = 20


def shop_facts(shop: ShopView, *, person: UUID, roles: Collection[str]) -> dict[str, Any]:
    """Seventeen queries at most."""
    balances = balance_lines(shop)
    subjects = [f"shop:{shop.id}", *(f"shop:{shop.id}:{line['asset']}" for line in balances)]
    acts = acts_about(kinds=KINDS, subjects=subjects)
    waiting = {act.kind: act.id for act in acts if act.state in OPEN}
    terms = reserve_terms_of(shop_id=shop.id)
    allowed = actions_allowed(roles)
    return {
        "shop": shop,
        "sign": status_sign(shop.status),
        "does": status_does(shop.status),
        "steps": [
            {"status": status, "word": step_word(status), "does": status_does(status)}
            for status in standing.NEXT[shop.status]
        ],
        "can_suspend": shop.status in ("active", "closing") and "shop.suspend" in allowed,
        "can_step": "shop.suspend" in allowed and standing.KIND not in waiting,
        "is_frozen": shop.status in ("suspended", "closing"),
        "waiting": rows_of([act for act in acts if act.state in OPEN], person=person, roles=roles),
        "has_waiting_reserve": reserve_terms.KIND in waiting,
        "balances": balances,
        "shortfalls": Shortfall.objects.filter(shop_id=shop.id, status="open").count(),
        "percent": percent_of_bps(f"{terms.bps}.00"),
        "bps": terms.bps,
        "days": terms.days,
        "lines": reserve_lines(shop, now=timezone.now()),
        "history": rows_of(
            [act for act in acts if act.state not in OPEN][:SHOWN_ACTS],
            person=person,
            roles=roles,
        ),
        "at_once": _at_once(standing.standing_history(shop_id=shop.id)),
    }


def _at_once(events: list[Event]) -> list[dict[str, str]]:
    """What one person did, newest first. One query for their names."""
    names = people_named({UUID(event.body["by"]) for event in events})
    return [
        {
            "word": _("Suspended")
            if event.type == "standing.suspended"
            else _("Reserve raised to %(percent)s for %(days)s days")
            % {
                "percent": percent_of_bps(f"{event.body['bps']}.00"),
                "days": event.body["days"],
            },
            "icon": "lock" if event.type == "standing.suspended" else "coins",
            "reason": event.body["reason"],
            "by": name_in(names, UUID(event.body["by"])),
            "at": time_text(event.occurred_at),
        }
        for event in reversed(events)
    ]
