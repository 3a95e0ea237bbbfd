"""A person chooses what they get mail about."""

from collections.abc import Collection

from django.db import transaction

from merchants.accounts.models import User
from merchants.notices.models import Silence
from merchants.notices.rules import KINDS


@transaction.atomic
def mail_choose(*, user: User, wanted: Collection[str], offered: Collection[str]) -> None:
    """Of the kinds ``offered``, mail about the ``wanted`` ones only. Others stay as they are."""
    known = set(offered) & set(KINDS)
    Silence.objects.filter(user=user, kind__in=known & set(wanted)).delete()
    Silence.objects.bulk_create(
        [Silence(user=user, kind=kind) for kind in sorted(known - set(wanted))],
        ignore_conflicts=True,
    )
