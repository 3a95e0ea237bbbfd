"""Roles of the house: given by two people, taken by one.

Whoever has one acts on every shop's money. To take one away only tightens, so that it waits for
nobody; the last who has a role keeps it, or nobody could decide any more. Nobody alone gets rid of
all the others who have the role that they have themselves: of those two stay, and who has another
role of the house can take one of the two.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from merchants.accounts.actions import HOUSE_ROLES, roles_allow
from merchants.accounts.errors import (
    AccountUnknown,
    HouseRoleHeld,
    HouseRoleOwn,
    HouseRoleUnbacked,
    LastOfHouse,
    MemberUnknown,
    RoleUnknown,
    TooFewOfHouse,
)
from merchants.accounts.models import Membership, User
from merchants.accounts.selectors import roles_of, shops_of
from merchants.accounts.services import member_add
from merchants.accounts.sessions import sessions_end
from merchants.audit.recording import record

KIND: Final = "house_role"
GIVEN: Final = "house_role.given"
TAKEN: Final = "house_role.taken"
MANAGE: Final = "house_role.manage"
LEAST_BESIDE_OWN: Final = 2
"""How many are left with a role when one of them takes it from another."""


@dataclass(frozen=True, slots=True)
class HousePerson:
    """Somebody with roles of the house, each with the day since when."""

    user: User
    since: dict[str, datetime]


def house_role_propose(*, email: str, role: str, reason: str, by: UUID) -> Act:
    """Propose that somebody who has an account gets a role of the house.

    Raises:
        RoleUnknown, AccountUnknown, HouseRoleHeld
        HouseRoleOwn: who proposes it would get it.
        ActOpenAlready, ActReasonMissing
    """
    if role not in HOUSE_ROLES:
        raise RoleUnknown(role)
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise AccountUnknown
    if user.pk == by:
        raise HouseRoleOwn
    if Membership.objects.filter(user=user, shop=None, role=role).exists():
        raise HouseRoleHeld
    return act_propose(
        kind=KIND,
        subject=f"user:{user.pk}",
        payload={"user_id": str(user.pk), "role": role},
        reason=reason,
        maker=by,
    )


def house_role_agreed(act: Act, now: datetime) -> None:
    """Give it, as two others agreed.

    Raises:
        AccountUnknown: they have no account any more.
        HouseRoleOwn: who agreed would get it.
        HouseRoleUnbacked: who proposed or agreed may not do that any more.
    """
    user_id, role = UUID(act.body["user_id"]), act.body["role"]
    if user_id in (act.maker, act.checker):
        raise HouseRoleOwn
    if not _is_backed(act):
        raise HouseRoleUnbacked
    if not User.objects.filter(id=user_id, is_active=True).exists():
        raise AccountUnknown
    member_add(user_id=user_id, role=role)
    record(
        act=GIVEN,
        shop_id=None,
        who=f"user:{act.maker}",
        subject=f"user:{user_id}",
        detail={"role": role, "agreed_by": f"user:{act.checker}"},
        now=now,
    )


def _is_backed(act: Act) -> bool:
    """Whether both may still do what they did. Their roles stay until this transaction ends."""
    both = [who for who in (act.maker, act.checker) if who is not None]
    held = Membership.objects.select_for_update(of=("self",)).filter(
        shop=None, user_id__in=both, user__is_active=True
    )
    roles: dict[UUID, set[str]] = defaultdict(set)
    for one in held.order_by("id"):
        roles[one.user_id].add(one.role)
    needed = ((act.maker, MANAGE), (act.checker, ACT.decide_action))
    return all(who is not None and roles_allow(roles[who], may) for who, may in needed)


@transaction.atomic
def house_role_take(*, user_id: UUID, role: str, by: User, now: datetime) -> None:
    """Take a role of the house away: from their next click on. Who has no other place here is
    signed out everywhere.

    Raises:
        MemberUnknown: they don't have it.
        LastOfHouse: nobody else has it.
        TooFewOfHouse: ``by`` has it too, and would leave one alone with it.
    """
    held = Membership.objects.select_for_update(of=("self",)).filter(shop=None, role=role)
    by_user = {one.user_id: one for one in held.select_related("user").order_by("id")}
    theirs = by_user.pop(user_id, None)
    if theirs is None:
        raise MemberUnknown
    left = sum(one.user.is_active for one in by_user.values())
    if not left:
        raise LastOfHouse
    if by.pk in by_user and left < LEAST_BESIDE_OWN:
        raise TooFewOfHouse
    theirs.delete()
    if not shops_of(theirs.user) and not roles_of(user=theirs.user, shop_id=None):
        sessions_end(user_id=user_id)
    record(
        act=TAKEN,
        shop_id=None,
        who=f"user:{by.pk}",
        subject=f"user:{user_id}",
        detail={"role": role},
        now=now,
    )


def house_people_with_roles() -> list[HousePerson]:
    """Everybody who has a role of the house, in the order they came. One query."""
    since: dict[User, dict[str, datetime]] = defaultdict(dict)
    for one in Membership.objects.filter(shop=None).select_related("user").order_by("id"):
        since[one.user][one.role] = one.created_at
    return [HousePerson(user, roles) for user, roles in since.items()]


ACT: Final = ActKind(name=KIND, carry_out=house_role_agreed)
