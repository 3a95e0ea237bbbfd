"""Letters as every mail is: they wait by the same word, and forget to whom they went once they end.

What waits goes on waiting, what is being sent keeps its lease. Going back brings no address back.
"""

from typing import Final

from django.db import migrations, models

_OPEN: Final = ("waiting", "sending")
_ENDED: Final = ("sent", "failed")

FORWARDS = """
UPDATE accounts_letter SET state = 'waiting' WHERE state = 'pending';
UPDATE accounts_letter
   SET ended_at = coalesce(ended_at, due_at), address = '', detail = '{}'
 WHERE state IN ('sent', 'failed');
"""
BACKWARDS = """
UPDATE accounts_letter SET state = 'pending' WHERE state = 'waiting';
UPDATE accounts_letter SET ended_at = NULL WHERE state = 'failed';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people")]

    operations = [
        migrations.RemoveIndex(model_name="letter", name="letter_that_is_due"),
        migrations.RenameField(model_name="letter", old_name="sent_at", new_name="ended_at"),
        migrations.AlterField(
            model_name="letter", name="state", field=models.TextField(default="waiting")
        ),
        migrations.AlterField(
            model_name="letter",
            name="error",
            field=models.TextField(default="", help_text="code of the last attempt's failure"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="due_at",
            field=models.DateTimeField(help_text="when to try; while sending, when the lease ends"),
        ),
        migrations.AlterField(
            model_name="letter",
            name="address",
            field=models.EmailField(help_text="empty once it has ended", max_length=254),
        ),
        migrations.AlterField(
            model_name="letter",
            name="detail",
            field=models.JSONField(
                default=dict,
                help_text="what its words say, never a secret; empty once it has ended",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state__in", _OPEN)),
                fields=["due_at"],
                name="letter_that_is_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("kind", "about", "serial"), name="account_letter_once_a_link"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=_OPEN, ended_at__isnull=True) & ~models.Q(address="")
                | models.Q(state__in=_ENDED, ended_at__isnull=False, address=""),
                name="account_letter_forgets_its_address",
            ),
        ),
    ]
