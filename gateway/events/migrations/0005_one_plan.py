"""An emitted event's statements are planned once: that of the outbox was planned anew each time,
for a plan of its own looked a hair cheaper than the one that is kept, and took longer to make than
to run."""

from django.db import migrations

EMIT = "events_emit(uuid, timestamptz, text, text, uuid, text, jsonb, text[], text)"


class Migration(migrations.Migration):
    dependencies = [("events", "0004_wakeups")]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {EMIT} SET plan_cache_mode = force_generic_plan",
            f"ALTER FUNCTION {EMIT} RESET plan_cache_mode",
        ),
    ]
