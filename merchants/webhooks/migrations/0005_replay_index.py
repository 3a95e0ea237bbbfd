"""By which a replay knows what of it still waits. Deliveries go on while the index is built.

A partition's index is built beside its writers and joined to the parent's, which is complete with
the last. A partition that is made meanwhile, or later, has it from the parent.
"""

from typing import Any, Final

from django.db import migrations

from gateway.tenancy.operations import LOCK_TIMEOUT

NOT_FOR_LONG: Final = f"SET lock_timeout = '{LOCK_TIMEOUT}'"
"""Rather begin again than have every delivery wait behind us. A concurrent build waits for whoever
is at work, and nobody for it."""
AS_LONG_AS_IT_TAKES: Final = "RESET lock_timeout"

OF_REPLAY: Final = "(replay_id, event_id) WHERE replay_id IS NOT NULL"
PARENT: Final = "webhooks_delivery_of_replay"
WITHOUT = """
SELECT p.inhrelid::regclass::text FROM pg_inherits p
 WHERE p.inhparent = 'webhooks_delivery'::regclass
   AND NOT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid
                    WHERE i.inhparent = 'webhooks_delivery_of_replay'::regclass
                      AND x.indrelid = p.inhrelid)
 ORDER BY 1
"""


def build(apps: Any, schema_editor: Any) -> None:
    """What a run that was broken off has left is taken up where it stands."""
    run = schema_editor.execute
    run(NOT_FOR_LONG)
    run(f"CREATE INDEX IF NOT EXISTS {PARENT} ON ONLY webhooks_delivery {OF_REPLAY}")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WITHOUT)
        partitions = [name for (name,) in cursor.fetchall()]
    for partition in partitions:
        run(AS_LONG_AS_IT_TAKES)
        run(f"DROP INDEX CONCURRENTLY IF EXISTS {partition}_of_replay")
        run(f"CREATE INDEX CONCURRENTLY {partition}_of_replay ON {partition} {OF_REPLAY}")
        run(NOT_FOR_LONG)
        run(f"ALTER INDEX {PARENT} ATTACH PARTITION {partition}_of_replay")
    run(AS_LONG_AS_IT_TAKES)


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(NOT_FOR_LONG)
    schema_editor.execute(f"DROP INDEX IF EXISTS {PARENT}")
    schema_editor.execute(AS_LONG_AS_IT_TAKES)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("webhooks", "0004_replays")]

    operations = [migrations.RunPython(build, drop)]
