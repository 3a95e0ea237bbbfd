"""The log of calls, a partition a day: what is old is let go of whole."""

from django.db import migrations, models

from gateway.tenancy.operations import KeepShopsApart

TABLE = """
CREATE TABLE calls_call (
    id uuid NOT NULL PRIMARY KEY,
    shop_id uuid NOT NULL,
    key_id uuid NOT NULL,
    at timestamptz NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    status smallint NOT NULL,
    code text NOT NULL,
    milliseconds integer NOT NULL CHECK (milliseconds >= 0),
    idempotency_key text NOT NULL,
    replayed boolean NOT NULL,
    sent text NOT NULL,
    answered text NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX calls_call_of_shop ON calls_call (shop_id, id DESC);
CREATE TABLE calls_call_default PARTITION OF calls_call DEFAULT;

CREATE FUNCTION calls_ensure_partitions(p_from date, p_days integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_day date := p_from;
    v_name text;
    v_made integer := 0;
BEGIN
    FOR i IN 1..p_days LOOP
        v_name := 'calls_call_' || to_char(v_day, 'YYYY_MM_DD');
        IF to_regclass(v_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF calls_call FOR VALUES FROM (%L) TO (%L)', v_name,
                webhooks_first_id(v_day::timestamp AT TIME ZONE 'UTC'),
                webhooks_first_id((v_day + 1)::timestamp AT TIME ZONE 'UTC'));
            v_made := v_made + 1;
        END IF;
        v_day := v_day + 1;
    END LOOP;
    RETURN v_made;
END
$$;

CREATE FUNCTION calls_drop_partitions(p_before date)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_name text;
    v_dropped integer := 0;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'calls_call'::regclass
           AND c.relname ~ '_[0-9]{4}_[0-9]{2}_[0-9]{2}$'
           AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < p_before
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END
$$;
SELECT calls_ensure_partitions((now() AT TIME ZONE 'UTC')::date, 3);
"""
BACK = """
DROP FUNCTION calls_drop_partitions(date);
DROP FUNCTION calls_ensure_partitions(date, integer);
DROP TABLE calls_call;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope"), ("webhooks", "0002_partitions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, BACK)],
            state_operations=[
                migrations.CreateModel(
                    name="Call",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("shop_id", models.UUIDField()),
                        ("key_id", models.UUIDField()),
                        ("at", models.DateTimeField()),
                        ("method", models.TextField()),
                        ("path", models.TextField(help_text="without its query")),
                        ("status", models.SmallIntegerField()),
                        ("code", models.TextField(help_text="of the refusal; empty for none")),
                        ("milliseconds", models.IntegerField()),
                        ("idempotency_key", models.TextField()),
                        (
                            "replayed",
                            models.BooleanField(
                                help_text="the first answer to its idempotency key, once more"
                            ),
                        ),
                        (
                            "sent",
                            models.TextField(help_text="of a refused one: what was sent, redacted"),
                        ),
                        (
                            "answered",
                            models.TextField(help_text="of a refused one: the problem"),
                        ),
                    ],
                    options={
                        "db_table": "calls_call",
                        "indexes": [
                            models.Index(fields=["shop_id", "-id"], name="calls_call_of_shop")
                        ],
                    },
                )
            ],
        ),
        KeepShopsApart("calls_call"),
    ]
