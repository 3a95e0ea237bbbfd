"""The queue's own statements go by index, whatever was planned while the queue was empty."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)

UNDO = """
DROP FUNCTION events_next_of_lane(text, text, integer);
DROP FUNCTION events_next(text[]);
ALTER FUNCTION events_emit(uuid, timestamptz, text, text, uuid, text, jsonb, text[], text)
    RESET enable_seqscan;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0002_lanes")]

    operations = [
        migrations.RunSQL(HERE.with_name("0003_index_plans.sql").read_text(encoding="utf-8"), UNDO),
    ]
