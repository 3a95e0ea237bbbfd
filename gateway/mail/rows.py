"""What each row of a mail has, whichever room's it is."""

from django.db import models


class MailRow(models.Model):
    """A mail as it is sent: first a row, then sent from it until the server takes it.

    The room's own columns say whom it is for and what it tells. Its id is in its Message-ID, so
    that a mail which a crash had sent twice is shown once by most mailboxes; mail can't promise
    more. It ends ``sent`` or ``failed``; a room keeps an index of ``due_at`` for those that have
    not.
    """

    state = models.TextField(default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="when to try; while sending, when the lease ends")
    error = models.TextField(default="", help_text="code of the last attempt's failure")

    class Meta:
        abstract = True
