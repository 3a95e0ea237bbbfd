"""What people were told is kept for a while, then forgotten: it names them and their addresses."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from merchants.notices.models import Mail, Notice, Push

KEPT: Final = timedelta(days=365)
"""A matter that is settled, who was told of it, and the mails that did."""
PUSHES_KEPT: Final = timedelta(days=30)
"""After it is of no use: long enough to see what became of it."""


@transaction.atomic
def notices_forget(*, now: datetime) -> int:
    """Delete settled notices past keeping with all that told of them, and pushes that are of no
    use any more; how many notices, mails and pushes."""
    pushes, _ = Push.objects.filter(until__lt=now - PUSHES_KEPT, shown=False).delete()
    old = Notice.objects.filter(settled_at__lt=now - KEPT)
    notices = old.count()
    old.delete()
    mails, _ = Mail.objects.filter(
        made_at__lt=now - KEPT, letters__isnull=True, state__in=("sent", "failed")
    ).delete()
    # Those that a version of before ended, or ends while this one takes over.
    Mail.objects.filter(state__in=("sent", "failed")).exclude(address="").update(address="")
    return notices + mails + pushes
