"""A person chooses what they get mail and push about."""

from collections.abc import Collection
from typing import TypeVar

from django.db import transaction

from merchants.accounts.models import User
from merchants.notices.models import PushSilence, Silence
from merchants.notices.rules import KINDS

OneOfThem = TypeVar("OneOfThem", Silence, PushSilence)


@transaction.atomic
def mail_choose(*, user: User, wanted: Collection[str], offered: Collection[str]) -> None:
    """Of the kinds ``offered``, mail about the ``wanted`` ones only. Others stay as they are."""
    _choose(Silence, user=user, wanted=wanted, offered=offered)


@transaction.atomic
def push_choose(*, user: User, wanted: Collection[str], offered: Collection[str]) -> None:
    """The same of push, on every device of theirs."""
    _choose(PushSilence, user=user, wanted=wanted, offered=offered)


def _choose(
    silence: type[OneOfThem],
    *,
    user: User,
    wanted: Collection[str],
    offered: Collection[str],
) -> None:
    known = set(offered) & set(KINDS)
    silence.objects.filter(user=user, kind__in=known & set(wanted)).delete()
    silence.objects.bulk_create(
        [silence(user=user, kind=kind) for kind in sorted(known - set(wanted))],
        ignore_conflicts=True,
    )
