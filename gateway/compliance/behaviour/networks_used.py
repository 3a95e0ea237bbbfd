"""Keep which networks keys and people use, and tell of a new one."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.behaviour.configuration import providers, rules_in_force
from gateway.compliance.behaviour.models import NetworkSeen, Watched
from gateway.compliance.behaviour.networks import Provider
from gateway.compliance.behaviour.newness import NetworkJudgement, Seen, network_judge
from gateway.compliance.behaviour.raising import behaviour_alert
from gateway.compliance.behaviour.rules import BehaviourRules
from gateway.events.services import emit

NOBODY: Final = Provider("", "")


@transaction.atomic
def key_network_used(
    *, key_id: UUID, shop_id: UUID, mode: str, network: str, at: datetime
) -> NetworkJudgement:
    """Keep it; one that is new to the key is told the officers, and the shop's owner.

    Safe to call again: what is kept by then is known.
    """
    about, rules = f"key:{key_id}", rules_in_force()
    judgement, told, _seen = _use(about, shop_id=shop_id, network=network, at=at, rules=rules)
    if judgement.standing != "new":
        return judgement
    behaviour_alert(
        "key_new_network",
        about=f"shop:{shop_id}",
        fingerprint=f"{about}:{network}",
        mode=mode,
        shop_id=shop_id,
        severity="medium",
        facts={"key_id": key_id, "network": network, "at": at},
        judged_by="behaviour_network",
        judged=told,
        rules=rules,
        now=at,
    )
    emit(
        type="key.new_network",
        subject=about,
        body={"key_id": str(key_id), "network": network},
        mode=mode,
        shop_id=shop_id,
        now=at,
    )
    return judgement


@transaction.atomic
def person_network_used(
    *, user_id: UUID, shops: dict[UUID, str], mode: str, network: str, at: datetime
) -> NetworkJudgement:
    """The same of a person's sign-in: their shops' owners are told of a new network. Two countries
    in too short a time are the officers' to look at.

    Args:
        shops: where they work, with each one's mode.
        mode: the house's: for somebody who works in no shop.
    """
    about, rules = f"user:{user_id}", rules_in_force()
    judgement, told, seen = _use(about, shop_id=None, network=network, at=at, rules=rules)
    found: dict[str, Any] = {"user_id": user_id, "network": network, "at": at}
    places: list[tuple[str, UUID | None, str]] = [
        (f"shop:{shop_id}", shop_id, of) for shop_id, of in sorted(shops.items())
    ]
    for where, shop_id, its_mode in places or [(f"network:{network}", None, mode)]:
        common: dict[str, Any] = {
            "about": where,
            "mode": its_mode,
            "shop_id": shop_id,
            "judged_by": "behaviour_network",
            "judged": told,
            "rules": rules,
            "now": at,
        }
        if judgement.elsewhere:
            behaviour_alert(
                "sign_in_apart",
                fingerprint=f"{about}:{network}:{judgement.elsewhere}",
                severity="high",
                facts=found | {"elsewhere": judgement.elsewhere},
                **common,
            )
        if judgement.standing != "new":
            continue
        behaviour_alert(
            "sign_in_new_network",
            fingerprint=f"{about}:{network}",
            severity="medium",
            facts=found,
            **common,
        )
        if shop_id is not None:
            emit(
                type="sign_in.new_network",
                subject=f"sign_in:{seen}.{shop_id}",
                body={"user_id": str(user_id), "network": network},
                mode=its_mode,
                shop_id=shop_id,
                now=at,
            )
    return judgement


@transaction.atomic
def networks_forget(*, now: datetime) -> int:
    """Delete the networks that nobody used for so long; how many. One statement."""
    oldest = now - timedelta(days=rules_in_force().network_days)
    deleted, _ = NetworkSeen.objects.filter(last_at__lt=oldest).delete()
    return deleted


def _use(
    about: str, *, shop_id: UUID | None, network: str, at: datetime, rules: BehaviourRules
) -> tuple[NetworkJudgement, dict[str, Any], UUID]:
    """Judge a use and keep it, one at a time for each ``about``: judgement, its input, the row."""
    Watched.objects.bulk_create(
        [Watched(about=about, shop_id=shop_id, since=at)], ignore_conflicts=True
    )
    watched = Watched.objects.select_for_update().get(about=about)
    rows = list(NetworkSeen.objects.filter(about=about).order_by("first_at", "id"))
    before = [seen_of(row) for row in rows]
    file = providers()
    whose = (file and file.provider_of(network)) or NOBODY
    since = min(watched.since, at)
    judgement = network_judge(
        network=network,
        provider=whose.number,
        country=whose.country,
        at=at,
        since=since,
        before=before,
        rules=rules,
    )
    told = {
        "network": network,
        "provider": whose.number,
        "country": whose.country,
        "at": at.isoformat(),
        "since": since.isoformat(),
        "before": [one.as_plain() for one in before],
    }
    row = next((row for row in rows if row.network == network), None)
    if row is None:
        row = NetworkSeen(about=about, shop_id=shop_id, network=network, first_at=at, last_at=at)
        row.standing = judgement.standing
    elif at - row.last_at > timedelta(days=rules.network_days):
        row.first_at, row.standing = at, judgement.standing  # as if it had been forgotten in time
    row.provider, row.country = whose.number, whose.country
    row.last_at = max(row.last_at, at)
    row.save()
    return judgement, told, row.id


def seen_of(row: NetworkSeen) -> Seen:
    """A row as the judgement takes it."""
    return Seen(row.network, row.first_at, row.last_at, row.provider, row.country)
