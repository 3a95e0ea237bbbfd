"""Let people and programs in, and out again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from gateway.events.services import emit
from merchants.accounts.actions import HOUSE_ROLES, OWNER, ROLES, SCOPES, TILL_SCOPES
from merchants.accounts.errors import (
    EmailInvalid,
    EmailTaken,
    KeyUnknown,
    LastOwner,
    PasswordTooWeak,
    RoleUnknown,
    ScopeUnknown,
)
from merchants.accounts.keys import key_make, pepper_from
from merchants.accounts.models import ApiKey, Membership, User
from merchants.audit.recording import record

MAX_LABEL = 80


@transaction.atomic
def user_create(*, email: str, password: str, name: str = "", language: str = "") -> User:
    """A person who may sign in; they may do nothing until they are a member somewhere.

    Raises:
        EmailInvalid, EmailTaken, PasswordTooWeak
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise EmailInvalid(field="email") from None
    user = User(email=email, name=name.strip(), language=language)
    _set_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise EmailTaken(field="email") from None
    return user


@transaction.atomic
def user_set_password(*, user_id: UUID, password: str) -> None:
    """Every other session of this person ends with it: sessions are bound to the password."""
    user = User.objects.select_for_update().get(id=user_id)
    _set_password(user, password)
    user.save(update_fields=["password"])


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(list(error.messages)) from None
    user.set_password(password)


@transaction.atomic
def member_add(*, user_id: UUID, role: str, shop_id: UUID | None = None) -> Membership:
    """Give a person a role in a shop, or a house role (without a shop). Again changes the role."""
    if role not in ROLES or (role in HOUSE_ROLES) != (shop_id is None):
        raise RoleUnknown(role)
    if shop_id is None:
        return Membership.objects.get_or_create(user_id=user_id, shop=None, role=role)[0]
    membership, _ = Membership.objects.select_for_update().get_or_create(
        user_id=user_id, shop_id=shop_id, defaults={"role": role}
    )
    if membership.role != role:
        if membership.role == OWNER:
            _refuse_without_owner(shop_id, besides=membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def member_remove(*, user_id: UUID, shop_id: UUID) -> None:
    membership = Membership.objects.select_for_update().get(user_id=user_id, shop_id=shop_id)
    if membership.role == OWNER:
        _refuse_without_owner(shop_id, besides=membership)
    membership.delete()


def _refuse_without_owner(shop_id: UUID, *, besides: Membership) -> None:
    owners = Membership.objects.select_for_update().filter(shop_id=shop_id, role=OWNER)
    if not [owner for owner in owners if owner.pk != besides.pk]:
        raise LastOwner


@transaction.atomic
def api_key_create(
    *,
    shop_id: UUID,
    mode: str,
    scopes: Iterable[str] = TILL_SCOPES,
    name: str = "",
    expires_at: datetime | None = None,
    created_by: User | None = None,
    plain: bool = False,
    now: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which nobody can show again.

    The key's mode is asked for, not taken from the shop: it is compared at each request.

    Args:
        plain: of letters and digits only, for shop plugins that take no others.
    """
    wanted = list(dict.fromkeys(scopes))
    for scope in wanted:
        if scope not in SCOPES:
            raise ScopeUnknown(scope)
    new = key_make(mode=mode, pepper=pepper_from(settings.FIELD_KEY), plain=plain)
    key = ApiKey.objects.create(
        shop_id=shop_id,
        name=_printable(name),
        prefix=new.prefix,
        secret_hash=new.secret_hash,
        mode=mode,
        scopes=wanted,
        expires_at=expires_at,
        created_by=created_by,
    )
    record(
        act="api_key.made",
        shop_id=shop_id,
        who=f"user:{created_by.pk}" if created_by else "house",
        subject=f"key:{key.id}",
        detail={"name": key.name, "scopes": wanted, "mode": mode},
        now=now or timezone.now(),
    )
    return key, new.secret


def _printable(name: str) -> str:
    """A label as it can be stored and shown: what no font has is left out."""
    return "".join(character for character in name if character.isprintable()).strip()[:MAX_LABEL]


@transaction.atomic
def api_key_revoke(
    *, shop_id: UUID, key_id: UUID, now: datetime | None = None, by: str = "house"
) -> ApiKey:
    """From the next request on the key opens nothing. Revoking again changes nothing."""
    key = ApiKey.objects.select_for_update().filter(shop_id=shop_id, id=key_id).first()
    if key is None:
        raise KeyUnknown(status=404)
    if key.revoked_at is None:
        key.revoked_at = now or timezone.now()
        key.save(update_fields=["revoked_at"])
        emit(
            type="key.revoked",
            subject=f"key:{key.id}",
            body={"key_id": str(key.id)},
            mode=key.mode,
            shop_id=key.shop_id,
            now=key.revoked_at,
        )
        record(
            act="api_key.revoked",
            shop_id=key.shop_id,
            who=by,
            subject=f"key:{key.id}",
            detail={"name": key.name},
            now=key.revoked_at,
        )
    return key
