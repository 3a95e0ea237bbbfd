"""When somebody lost every factor and their sheet: another owner says so, a day passes, and they
set up new ones. Whoever still has a factor hears of it by mail and stops it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.tenancy.scope import house_scope
from merchants.accounts.actions import OWNER
from merchants.accounts.factors.errors import NothingToReset, ResetRefused
from merchants.accounts.factors.models import Passkey, RecoveryCode, Reset, Totp
from merchants.accounts.factors.selectors import has_factor
from merchants.accounts.letters import letter_write
from merchants.accounts.models import Membership, User
from merchants.accounts.own import personal_record
from merchants.accounts.sessions import sessions_end

AFTER: Final = timedelta(hours=24)
AT_A_TIME: Final = 100


@transaction.atomic
def reset_ask(*, shop_id: UUID, user_id: UUID, by: User, now: datetime) -> Reset:
    """Have a member's factors taken away in a day. They are told by mail.

    Raises:
        ResetRefused: it is one's own, or they work where whoever asks is no owner: a shop can't
            weaken another one's people.
        NothingToReset
    """
    if by.pk == user_id or not _may_reset(shop_id=shop_id, user_id=user_id, by=by.pk):
        raise ResetRefused
    if not has_factor(user_id):
        raise NothingToReset
    try:
        with transaction.atomic():
            asked = Reset.objects.create(
                shop_id=shop_id,
                user_id=user_id,
                asked_by=by.pk,
                asked_at=now,
                due_at=now + AFTER,
            )
    except IntegrityError:
        raise NothingToReset from None
    person = User.objects.get(id=user_id)
    letter_write(
        kind="factors_reset",
        address=person.email,
        language=person.language,
        detail={"who": by.get_full_name()},
        now=now,
    )
    personal_record(user_id, act="factor.reset_asked", now=now, who=f"user:{by.pk}")
    return asked


def reset_of(user_id: UUID) -> Reset | None:
    """The reset that waits for a person's day to pass. One query of its own."""
    with house_scope():
        return Reset.objects.filter(user_id=user_id, done_at=None, stopped_at=None).first()


@transaction.atomic
def reset_stop(*, user_id: UUID, by: UUID, now: datetime) -> bool:
    """Stop it: the person themself, or an owner who was mistaken. Whether there was one."""
    with house_scope():
        stopped = Reset.objects.filter(user_id=user_id, done_at=None, stopped_at=None).update(
            stopped_at=now, stopped_by=by
        )
        if stopped:
            personal_record(user_id, act="factor.reset_cancelled", now=now, who=f"user:{by}")
    return bool(stopped)


@transaction.atomic
def resets_of_asker_stop(*, asked_by: UUID, by: UUID, now: datetime) -> int:
    """Stop every reset that somebody asked for who owns a shop no more; how many."""
    with house_scope():
        asked = Reset.objects.filter(asked_by=asked_by, done_at=None, stopped_at=None)
        people = list(asked.values_list("user_id", flat=True))
    return sum(reset_stop(user_id=user_id, by=by, now=now) for user_id in people)


def resets_carry_out(*, now: datetime) -> int:
    """Take away the factors of everybody whose day has passed; how many people."""
    due = Reset.objects.filter(due_at__lte=now, done_at=None, stopped_at=None)
    done = 0
    for reset_id in list(due.values_list("id", flat=True)[:AT_A_TIME]):
        done += _carry_out(reset_id, now=now)
    return done


def _may_reset(*, shop_id: UUID, user_id: UUID, by: UUID) -> bool:
    """Whether somebody owns every place where a person works, this shop among them."""
    with house_scope():
        places = set(Membership.objects.filter(user_id=user_id).values_list("shop_id", flat=True))
        owned = set(
            Membership.objects.filter(user_id=by, role=OWNER).values_list("shop_id", flat=True)
        )
    return shop_id in places and places <= owned


@transaction.atomic
def _carry_out(reset_id: UUID, *, now: datetime) -> bool:
    """Whether it was: whoever asked must still be one who may ask, a day later, or it ends."""
    found = (
        Reset.objects.select_for_update(skip_locked=True)
        .filter(id=reset_id, done_at=None, stopped_at=None)
        .first()
    )
    if found is None:
        return False
    if not _may_reset(shop_id=found.shop_id, user_id=found.user_id, by=found.asked_by):
        found.stopped_at = now
        found.save(update_fields=["stopped_at"])
        personal_record(found.user_id, act="factor.reset_cancelled", now=now, who="house")
        return False
    found.done_at = now
    found.save(update_fields=["done_at"])
    factors_take_away(user_id=found.user_id, who=f"user:{found.asked_by}", now=now)
    return True


@transaction.atomic
def factors_take_away(*, user_id: UUID, who: str, now: datetime) -> None:
    """Every factor of a person and their sheet, at once; every session of theirs ends. Only after
    a day of waiting, or at the command line of whoever runs the house.

    Args:
        who: as the audit log names who asked for it.
    """
    for kind in (Totp, Passkey, RecoveryCode):
        kind.objects.filter(user_id=user_id).delete()
    sessions_end(user_id=user_id)
    personal_record(user_id, act="factor.reset", now=now, who=who)
