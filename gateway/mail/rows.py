"""What each row of a mail has, whichever room's it is."""

from typing import Final

from django.db import models
from django.db.models import Q

OPEN: Final = ("waiting", "sending")
ENDED: Final = ("sent", "failed")
STATES: Final = (*OPEN, *ENDED)


class MailRow(models.Model):
    """A mail as it is sent: first a row, then sent from it until the server takes it.

    The room's own columns say whom it is for and what it tells. Its id is in its Message-ID, so
    that a mail which a crash had sent twice is shown once by most mailboxes; mail can't promise
    more. A room keeps an index of ``due_at`` where ``state`` is one of ``OPEN``.
    """

    state = models.TextField(default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="when to try; while sending, when the lease ends")
    error = models.TextField(default="", help_text="code of the last attempt's failure")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def address_kept_until_the_end(name: str) -> models.CheckConstraint:
    """There is an address as long as the mail waits, and none from its end on."""
    return models.CheckConstraint(
        condition=Q(state__in=OPEN, ended_at__isnull=True) & ~Q(address="")
        | Q(state__in=ENDED, ended_at__isnull=False, address=""),
        name=name,
    )
