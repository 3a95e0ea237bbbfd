"""Mails wait by the word of every mail, and forget to whom they went once they end.

What waits goes on waiting, what is being sent keeps its lease. Going back brings no address back.
"""

from typing import Final

from django.db import migrations, models

_OPEN: Final = ("waiting", "sending")
_ENDED: Final = ("sent", "failed")

FORWARDS = """
UPDATE notices_mail SET state = 'waiting' WHERE state = 'pending';
UPDATE notices_mail SET ended_at = coalesce(ended_at, due_at), address = ''
 WHERE state IN ('sent', 'failed');
"""
BACKWARDS = """
UPDATE notices_mail SET state = 'pending' WHERE state = 'waiting';
UPDATE notices_mail SET ended_at = NULL WHERE state = 'failed';
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0011_shift_left_open")]

    operations = [
        migrations.RemoveConstraint(model_name="mail", name="notice_one_mail_at_a_time"),
        migrations.RemoveConstraint(model_name="mail", name="notice_mail_state"),
        migrations.RemoveIndex(model_name="mail", name="notice_mail_due"),
        migrations.RenameField(model_name="mail", old_name="sent_at", new_name="ended_at"),
        migrations.AlterField(
            model_name="mail", name="state", field=models.TextField(default="waiting")
        ),
        migrations.AlterField(
            model_name="mail",
            name="address",
            field=models.TextField(help_text="empty once it has ended"),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("state__in", _OPEN)), fields=["due_at"], name="notice_mail_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", _OPEN)),
                fields=("user",),
                name="notice_one_mail_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", (*_OPEN, *_ENDED))), name="notice_mail_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=_OPEN, ended_at__isnull=True) & ~models.Q(address="")
                | models.Q(state__in=_ENDED, ended_at__isnull=False, address=""),
                name="notice_mail_forgets_its_address",
            ),
        ),
    ]
