"""What limits a shop has: to tighten one is one person's, at once; to loosen one needs two."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.shops.errors import TermsRefused
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_terms
from gateway.shops.terms import ShopTerms, terms_from

KIND = "shop_limits"
LIMITS: Final = ("payout_limit_units", "at_risk_cap_units", "max_open_lock_units")
"""The more of one, the more can be lost. No payout limit of its own is as much as the house lets
any shop."""

Limits = Mapping[str, int | None]


@transaction.atomic
def shop_limits_change(
    *, shop_id: UUID, changes: Limits, reason: str, by: UUID, now: datetime
) -> Act | None:
    """Tighten limits at once, or propose to loosen them; None if nothing waits.

    A change that tightens one limit and loosens another waits whole.

    Raises:
        TermsRefused: no limit of a shop's, or out of its range.
        ActOpenAlready, ActReasonMissing
    """
    if not changes or not set(changes) <= set(LIMITS):
        raise TermsRefused(f"A shop's limits are {', '.join(LIMITS)}.")
    shop = shop_view(shop_id=shop_id)
    before = limits_of(shop.terms)
    terms_from({**_terms_dict(shop.terms), **changes})  # refuses what is out of range now
    if not any(_is_looser(changes[name], before[name]) for name in changes):
        shop_set_terms(shop_id=shop_id, changes=dict(changes), now=now, changed_by=f"user:{by}")
        return None
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={
            "changes": {name: _text(value) for name, value in changes.items()},
            "instead_of": {name: _text(before[name]) for name in changes},
        },
        reason=reason,
        maker=by,
        shop_id=shop_id,
        decider="house",
    )


def limits_of(terms: ShopTerms) -> dict[str, int | None]:
    return {name: getattr(terms, name) for name in LIMITS}


def limits_agreed(act: Act, now: datetime) -> None:
    """Put the limits in force that two people agreed to.

    Raises:
        ActChanged: a limit that they saw beside it is another one by now.
    """
    if act.shop_id is None:
        raise ActChanged
    before = limits_of(shop_view(shop_id=act.shop_id).terms)
    if any(_text(before[name]) != told for name, told in act.body["instead_of"].items()):
        raise ActChanged
    changes = {name: _number(told) for name, told in act.body["changes"].items()}
    shop_set_terms(shop_id=act.shop_id, changes=changes, now=now, changed_by=f"user:{act.maker}")


ACT = ActKind(name=KIND, carry_out=limits_agreed)


def _is_looser(wanted: int | None, before: int | None) -> bool:
    if before is None:
        return False
    return wanted is None or wanted > before


def _terms_dict(terms: ShopTerms) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(terms)
    return found


def _text(units: int | None) -> str | None:
    return None if units is None else str(units)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
