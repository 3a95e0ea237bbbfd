"""The state of the screening feeds as a function, so that a verb above can ask within its own
statement."""

from django.db import migrations

FEED_STATE = """
CREATE FUNCTION compliance_feed_state(p_now timestamptz, p_stale_after_seconds integer)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN count(*) = 0 OR bool_or(version_id IS NULL) THEN 'missing'
        WHEN bool_or(checked_at IS NULL OR checked_at < p_now - make_interval(secs => p_stale_after_seconds)) THEN 'stale'
        ELSE 'fresh'
    END
    FROM compliance_listsource WHERE enabled
$$;
"""

UNDO = "DROP FUNCTION compliance_feed_state(timestamptz, integer);"


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]

    operations = [migrations.RunSQL(FEED_STATE, UNDO)]
