"""A shop's team: asked to join, given another role, let go."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from gateway.shops.models import Shop
from gateway.tenancy.scope import entered_by
from merchants.accounts.actions import OWNER, SCOPES, SHOP_ROLES, role_allows
from merchants.accounts.errors import (
    AlreadyInvited,
    AlreadyMember,
    EmailInvalid,
    InvitationUnknown,
    InvitedElse,
    MemberUnknown,
    RoleUnknown,
    TooManyInvitations,
)
from merchants.accounts.factors.resetting import resets_of_asker_stop
from merchants.accounts.letters import letter_write, token_of
from merchants.accounts.models import ApiKey, Invitation, Membership, User
from merchants.accounts.selectors import roles_of, shops_of
from merchants.accounts.services import (
    api_key_revoke,
    member_add,
    member_remove,
    user_create,
)
from merchants.accounts.sessions import sessions_end
from merchants.accounts.tokens import token_hash
from merchants.audit.recording import record

LASTS: Final = timedelta(days=7)
OPEN_AT_MOST: Final = 50
KEPT: Final = timedelta(days=365)
"""After its link's end: it names a person's address."""
_KEYS: Final = "api_key.manage"
_FOUND_SQL: Final = "SELECT c.scope, (c.invitation).id FROM accounts_invitation_found(%s, %s) c"


@dataclass(frozen=True, slots=True)
class Invited:
    """What somebody sees who opens an invitation.

    Attributes:
        is_known: whether they have an account already, and sign in rather than set a password.
    """

    id: UUID
    shop_id: UUID
    shop_name: str
    email: str
    role: str
    is_known: bool


@transaction.atomic
def invite(*, shop_id: UUID, email: str, role: str, by: User, now: datetime) -> Invitation:
    """Ask somebody to work in the shop, by a letter with a link.

    Raises:
        EmailInvalid, RoleUnknown, AlreadyMember, AlreadyInvited, TooManyInvitations
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise EmailInvalid(field="email") from None
    if role not in SHOP_ROLES:
        raise RoleUnknown(role)
    shop = Shop.objects.select_for_update(no_key=True).get(id=shop_id)  # two at once count as two
    if Membership.objects.filter(shop_id=shop_id, user__email=email).exists():
        raise AlreadyMember
    still_open = Invitation.objects.filter(shop_id=shop_id, accepted_at=None, withdrawn_at=None)
    if still_open.filter(email=email).exists():
        raise AlreadyInvited
    if still_open.count() >= OPEN_AT_MOST:
        raise TooManyInvitations
    made = Invitation(
        shop_id=shop_id,
        email=email,
        role=role,
        made_by=by,
        made_at=now,
        sent_at=now,
        expires_at=now + LASTS,
    )
    made.token_hash = _hash(made)
    made.save(force_insert=True)
    _write(made, shop_name=shop.name, by=by, now=now)
    _record("member.invited", made, by=by, now=now)
    return made


@transaction.atomic
def invitation_send_again(
    *, shop_id: UUID, invitation_id: UUID, by: User, now: datetime
) -> Invitation:
    """Another letter with a new link; the old one is worth nothing from here on.

    Raises:
        InvitationUnknown
    """
    found = _open_for_update(shop_id=shop_id, invitation_id=invitation_id)
    found.serial += 1
    found.token_hash = _hash(found)
    found.sent_at, found.expires_at = now, now + LASTS
    found.save(update_fields=["serial", "token_hash", "sent_at", "expires_at"])
    shop_name = Shop.objects.get(id=shop_id).name
    _write(found, shop_name=shop_name, by=by, now=now)
    _record("member.invitation_sent_again", found, by=by, now=now)
    return found


@transaction.atomic
def invitation_withdraw(*, shop_id: UUID, invitation_id: UUID, by: User, now: datetime) -> None:
    """The link is worth nothing from here on.

    Raises:
        InvitationUnknown
    """
    found = _open_for_update(shop_id=shop_id, invitation_id=invitation_id)
    found.withdrawn_at = now
    found.save(update_fields=["withdrawn_at"])
    _record("member.invitation_withdrawn", found, by=by, now=now)


def invitation_found(token: str, *, now: datetime) -> Invited:
    """What an invitation's link opens. From here on the session's scope is its shop.

    Raises:
        InvitationUnknown: it is none, was used, withdrawn or sent anew, or is too old.
    """
    hashed = token_hash(token)
    if hashed is None:
        raise InvitationUnknown
    (invitation_id,) = entered_by(_FOUND_SQL, [hashed, now])
    found = Invitation.objects.select_related("shop").filter(id=invitation_id).first()
    if found is None:
        raise InvitationUnknown
    return Invited(
        id=found.id,
        shop_id=found.shop_id,
        shop_name=found.shop.name,
        email=found.email,
        role=found.role,
        is_known=User.objects.filter(email=found.email).exists(),
    )


@transaction.atomic
def join_new(*, invited: Invited, name: str, password: str, now: datetime) -> User:
    """Make the account of somebody who had none, and let them work in the shop. That they read the
    letter shows that the address is theirs.

    Raises:
        InvitationUnknown, EmailTaken, PasswordTooWeak
    """
    found = _open_for_update(shop_id=invited.shop_id, invitation_id=invited.id)
    user = user_create(email=found.email, password=password, name=name[:120])
    _accept(found, user=user, now=now)
    return user


@transaction.atomic
def join_known(*, invited: Invited, user: User, now: datetime) -> None:
    """Let somebody who is signed in work in the shop.

    Raises:
        InvitationUnknown
        InvitedElse: they are signed in as somebody else.
        AlreadyMember
    """
    found = _open_for_update(shop_id=invited.shop_id, invitation_id=invited.id)
    if found.email != user.email:
        raise InvitedElse
    if Membership.objects.filter(shop_id=found.shop_id, user=user).exists():
        raise AlreadyMember
    _accept(found, user=user, now=now)


@transaction.atomic
def role_change(
    *,
    shop_id: UUID,
    user_id: UUID,
    role: str,
    keep_keys: Collection[UUID] = (),
    by: User,
    now: datetime,
) -> Membership:
    """Give a member another role in the shop.

    Keys that they made and that carry what the new role may not do are revoked; all of them, if it
    may have no keys any more. Who is no owner any more has asked for no reset either.

    Args:
        keep_keys: keys of theirs that go on, because a program of the shop's lives by them.

    Raises:
        MemberUnknown, RoleUnknown, LastOwner
    """
    before = _member(shop_id=shop_id, user_id=user_id)
    member = member_add(user_id=user_id, role=role, shop_id=shop_id)
    if before == OWNER != role:
        _withdraw_those_of(shop_id=shop_id, user_id=user_id, by=by, now=now)
        resets_of_asker_stop(asked_by=user_id, by=by.pk, now=now)
    if before != role:
        loses_all = role_allows(before, _KEYS) and not role_allows(role, _KEYS)
        for key in keys_made_by(shop_id=shop_id, user_id=user_id):
            if key.id not in keep_keys and (loses_all or _carries_more(key, role)):
                api_key_revoke(shop_id=shop_id, key_id=key.id, now=now, by=f"user:{by.pk}")
        record(
            act="member.role_changed",
            shop_id=shop_id,
            who=f"user:{by.pk}",
            subject=f"user:{user_id}",
            detail={"role": {"from": before, "to": role}},
            now=now,
        )
    return member


@transaction.atomic
def let_go(
    *, shop_id: UUID, user_id: UUID, keep_keys: Collection[UUID] = (), by: User, now: datetime
) -> None:
    """A person works in the shop no more: from their next request on it is not there for them.

    The keys that they made are revoked: they may have kept the secrets. What they invited others
    to is withdrawn, and resets that they asked for stop. Who has no other place in this house is
    signed out everywhere.

    Args:
        keep_keys: keys of theirs that go on, because a program of the shop's lives by them.

    Raises:
        MemberUnknown, LastOwner
    """
    role = _member(shop_id=shop_id, user_id=user_id)
    member_remove(user_id=user_id, shop_id=shop_id)
    theirs = ApiKey.objects.filter(shop_id=shop_id, created_by_id=user_id, revoked_at=None)
    for key_id in theirs.exclude(id__in=keep_keys).values_list("id", flat=True):
        api_key_revoke(shop_id=shop_id, key_id=key_id, now=now, by=f"user:{by.pk}")
    _withdraw_those_of(shop_id=shop_id, user_id=user_id, by=by, now=now)
    resets_of_asker_stop(asked_by=user_id, by=by.pk, now=now)
    user = User.objects.get(id=user_id)
    if not shops_of(user) and not roles_of(user=user, shop_id=None):
        sessions_end(user_id=user_id)
    record(
        act="member.removed",
        shop_id=shop_id,
        who=f"user:{by.pk}",
        subject=f"user:{user_id}",
        detail={"role": role},
        now=now,
    )


def invitations_forget(*, now: datetime) -> int:
    """Delete what was taken up, withdrawn or never answered a year ago; how many."""
    return Invitation.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def invitations_open(shop_id: UUID) -> list[Invitation]:
    """Those that nobody took up yet, newest first, those too old as well. One query."""
    found = Invitation.objects.filter(shop_id=shop_id, accepted_at=None, withdrawn_at=None)
    return list(found.order_by("-id"))


def keys_made_by(*, shop_id: UUID, user_id: UUID) -> list[ApiKey]:
    """A person's keys to the shop that still open it. One query."""
    found = ApiKey.objects.filter(shop_id=shop_id, created_by_id=user_id, revoked_at=None)
    return list(found.order_by("-id"))


def _carries_more(key: ApiKey, role: str) -> bool:
    """Whether a key may do what the role may not."""
    return not all(scope in SCOPES and role_allows(role, SCOPES[scope]) for scope in key.scopes)


def _withdraw_those_of(*, shop_id: UUID, user_id: UUID, by: User, now: datetime) -> None:
    """Open invitations of somebody who may not invite any more: one could be their way back in."""
    made = Invitation.objects.filter(
        shop_id=shop_id, made_by_id=user_id, accepted_at=None, withdrawn_at=None
    )
    for invitation_id in list(made.values_list("id", flat=True)):
        invitation_withdraw(shop_id=shop_id, invitation_id=invitation_id, by=by, now=now)


def _member(*, shop_id: UUID, user_id: UUID) -> str:
    """Their role."""
    found = Membership.objects.filter(shop_id=shop_id, user_id=user_id).first()
    if found is None:
        raise MemberUnknown
    return found.role


def _open_for_update(*, shop_id: UUID, invitation_id: UUID) -> Invitation:
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .filter(shop_id=shop_id, id=invitation_id, accepted_at=None, withdrawn_at=None)
        .first()
    )
    if found is None:
        raise InvitationUnknown
    return found


def _accept(found: Invitation, *, user: User, now: datetime) -> None:
    if found.expires_at <= now:
        raise InvitationUnknown
    found.accepted_at, found.accepted_by = now, user
    found.save(update_fields=["accepted_at", "accepted_by"])
    member_add(user_id=user.pk, role=found.role, shop_id=found.shop_id)
    record(
        act="member.joined",
        shop_id=found.shop_id,
        who=f"user:{user.pk}",
        subject=f"invitation:{found.id}",
        detail={"role": found.role},
        now=now,
    )


def _hash(invitation: Invitation) -> bytes:
    token = token_of("invitation", invitation.id, serial=invitation.serial)
    hashed = token_hash(token)
    assert hashed is not None
    return hashed


def _write(invitation: Invitation, *, shop_name: str, by: User, now: datetime) -> None:
    letter_write(
        kind="invitation",
        address=invitation.email,
        about=invitation.id,
        serial=invitation.serial,
        detail={"shop": shop_name, "who": by.get_full_name(), "role": invitation.role},
        now=now,
    )


def _record(act: str, invitation: Invitation, *, by: User, now: datetime) -> None:
    record(
        act=act,
        shop_id=invitation.shop_id,
        who=f"user:{by.pk}",
        subject=f"invitation:{invitation.id}",
        detail={"role": invitation.role},
        now=now,
    )
