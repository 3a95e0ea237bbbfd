"""A person's own account: name, language, password, address, and a way back in."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from gateway.events.ids import uuid7
from gateway.tenancy.scope import house_scope
from merchants.accounts.errors import EmailInvalid, EmailTaken, LinkOver
from merchants.accounts.letters import letter_write, token_of
from merchants.accounts.models import Membership, PersonLink, User
from merchants.accounts.services import user_set_password
from merchants.accounts.sessions import sessions_end
from merchants.accounts.tokens import token_hash
from merchants.audit.recording import record_in_each

PASSWORD_LINK_LASTS: Final = timedelta(hours=1)
EMAIL_LINK_LASTS: Final = timedelta(days=1)
LINKS_AT_ONCE: Final = 3
"""Open links for a new password: who asks again and again sends no more mail."""
NAME_CHARACTERS: Final = 120


@transaction.atomic
def profile_change(*, user_id: UUID, name: str, language: str) -> None:
    """What they are called, and in which language they are written to."""
    known = {code for code, _word in settings.LANGUAGES}
    User.objects.filter(id=user_id).update(
        name="".join(one for one in name if one.isprintable()).strip()[:NAME_CHARACTERS],
        language=language if language in known else "",
    )


@transaction.atomic
def password_change(*, user_id: UUID, password: str, now: datetime) -> User:
    """Another password. Every session of before ends; the person is told by mail.

    Raises:
        PasswordTooWeak
    """
    user_set_password(user_id=user_id, password=password)
    user = sessions_end(user_id=user_id)
    PersonLink.objects.filter(user_id=user_id, kind="password", used_at=None).delete()
    letter_write(kind="password_changed", address=user.email, language=user.language, now=now)
    personal_record(user_id, act="password.changed", now=now)
    return user


@transaction.atomic
def password_link_send(*, email: str, now: datetime) -> None:
    """Send whoever has this address a link for a new password; nothing to nobody, and no more than
    a few at once. Who asks is told the same whatever it does."""
    email = email.strip().lower()[:254]
    if "\0" in email:
        return  # nobody's: PostgreSQL can't even be asked
    user = User.objects.select_for_update(no_key=True).filter(email=email, is_active=True).first()
    if user is None:
        return
    links = PersonLink.objects.filter(user=user, kind="password", used_at=None)
    if links.filter(expires_at__gt=now).count() >= LINKS_AT_ONCE:
        return
    link = _link(user, kind="password", letter="password_link", now=now, lasts=PASSWORD_LINK_LASTS)
    letter_write(
        kind="password_link",
        address=user.email,
        language=user.language,
        about=link.id,
        now=now,
    )


def password_link_found(token: str, *, now: datetime) -> PersonLink:
    """Whose password a link is for. One query.

    Raises:
        LinkOver
    """
    return _found(token, kind="password", now=now)


@transaction.atomic
def password_reset(*, token: str, password: str, now: datetime) -> User:
    """The new password, once per link. A second step stays asked for: a mailbox alone opens
    nothing of whoever has one.

    Raises:
        LinkOver, PasswordTooWeak
    """
    link = _found(token, kind="password", now=now)
    used = PersonLink.objects.filter(id=link.id, used_at=None).update(used_at=now)
    if not used:
        raise LinkOver
    return password_change(user_id=link.user_id, password=password, now=now)


@transaction.atomic
def email_change_ask(*, user_id: UUID, email: str, now: datetime) -> None:
    """Send a link to another address; until it is opened the old one stays.

    Raises:
        EmailInvalid, EmailTaken
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise EmailInvalid(field="email") from None
    user = User.objects.select_for_update(no_key=True).get(id=user_id)
    if email == user.email:
        raise EmailTaken(field="email")
    PersonLink.objects.filter(user=user, kind="email", used_at=None).delete()
    link = _link(
        user, kind="email", letter="email_link", now=now, lasts=EMAIL_LINK_LASTS, email=email
    )
    letter_write(kind="email_link", address=email, language=user.language, about=link.id, now=now)


@transaction.atomic
def email_change(*, token: str, user_id: UUID, now: datetime) -> User:
    """From here on the person signs in with the new address. The old one is told, but not which
    the new one is: it may be somebody else's by now. Links for a new password that lie in the old
    mailbox end, and so does every session of before.

    Raises:
        LinkOver: it is another person's link, too.
        EmailTaken
    """
    link = _found(token, kind="email", now=now)
    if link.user_id != user_id:
        raise LinkOver
    used = PersonLink.objects.filter(id=link.id, used_at=None).update(used_at=now)
    if not used:
        raise LinkOver
    user = User.objects.select_for_update().get(id=user_id)
    before, user.email = user.email, link.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError:
        raise EmailTaken(field="email") from None
    PersonLink.objects.filter(user_id=user_id, kind="password", used_at=None).delete()
    user = sessions_end(user_id=user_id)
    letter_write(
        kind="email_changed",
        address=before,
        language=user.language,
        detail={"to": _hinted(user.email)},
        now=now,
    )
    personal_record(user_id, act="email.changed", now=now)
    return user


def links_forget(*, now: datetime) -> int:
    """Delete links that have been over for a day; how many."""
    over = now - timedelta(days=1)
    return PersonLink.objects.filter(expires_at__lt=over).delete()[0]


def personal_record(
    user_id: UUID,
    *,
    act: str,
    now: datetime,
    who: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Something about a person's own account, in the log of each place where they work, and in the
    house's if that is nowhere. Two queries, in the caller's transaction.

    Args:
        who: did it, where that wasn't the person.
    """
    with house_scope():
        places = set(Membership.objects.filter(user_id=user_id).values_list("shop_id", flat=True))
        record_in_each(
            places or {None},
            act=act,
            who=who or f"user:{user_id}",
            subject=f"user:{user_id}",
            now=now,
            detail=detail,
        )


def _hinted(email: str) -> str:
    """An address that whoever has it knows again, and nobody can write to: ``a…@example.com``."""
    name, _at, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _link(
    user: User, *, kind: str, letter: str, now: datetime, lasts: timedelta, email: str = ""
) -> PersonLink:
    link_id = uuid7()
    return PersonLink.objects.create(
        id=link_id,
        user=user,
        kind=kind,
        email=email,
        token_hash=token_hash(token_of(letter, link_id)),
        made_at=now,
        expires_at=now + lasts,
    )


def _found(token: str, *, kind: str, now: datetime) -> PersonLink:
    hashed = token_hash(token)
    found = (
        PersonLink.objects.select_related("user")
        .filter(token_hash=hashed, kind=kind, used_at=None, expires_at__gt=now)
        .filter(user__is_active=True)
        .first()
        if hashed is not None
        else None
    )
    if found is None:
        raise LinkOver
    return found
