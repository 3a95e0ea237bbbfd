"""An answer is kept for a day: compressing it costs more than the room it saves."""

from django.db import migrations

# The most that fits a page; a longer answer is compressed as before.
INLINE = "ALTER TABLE api_idempotency SET (toast_tuple_target = 8160)"


class Migration(migrations.Migration):
    dependencies = [("api", "0003_caller")]

    operations = [
        migrations.RunSQL(INLINE, "ALTER TABLE api_idempotency RESET (toast_tuple_target)")
    ]
