"""Mails forget to whom they went once they have ended.

Safe while the version before runs: what it ends meanwhile keeps its address until it is deleted.
"""

from django.db import migrations, models

FORWARDS = """
UPDATE notices_mail SET address = '' WHERE state IN ('sent', 'failed') AND address <> '';
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0011_shift_left_open")]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="address",
            field=models.TextField(help_text="empty once it has ended"),
        ),
        migrations.RunSQL(FORWARDS, migrations.RunSQL.noop),
    ]
