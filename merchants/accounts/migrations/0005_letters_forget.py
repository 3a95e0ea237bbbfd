"""Letters forget to whom they went, and what they told, once they have ended; a link has one.

Safe while the version before runs: what it ends meanwhile keeps its address until it is deleted.
"""

from django.db import migrations, models

FORWARDS = """
UPDATE accounts_letter SET address = '', detail = '{}'
 WHERE state IN ('sent', 'failed') AND address <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people")]

    operations = [
        migrations.AlterField(
            model_name="letter", name="state", field=models.TextField(default="pending")
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
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                fields=("kind", "about", "serial"), name="account_letter_once_a_link"
            ),
        ),
    ]
