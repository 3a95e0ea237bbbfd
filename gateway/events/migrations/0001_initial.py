"""Events by month, the outbox, and the one statement that writes both."""

from django.db import migrations, models

import gateway.events.ids

TABLES = """
CREATE TABLE events_event (
    id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    type text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    shop_id uuid,
    subject text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    body jsonb NOT NULL,
    PRIMARY KEY (id, occurred_at)
) PARTITION BY RANGE (occurred_at);
-- a live page resumes after the last sequence it saw; a dashboard shows a subject's history
CREATE INDEX events_event_subject ON events_event (subject, sequence);
-- a shop's programs page through its events, newest first
CREATE INDEX events_event_shop ON events_event (shop_id, id) WHERE shop_id IS NOT NULL;
-- rows that no month's partition takes are kept rather than refused: money must not wait for a
-- maintenance task
CREATE TABLE events_event_default PARTITION OF events_event DEFAULT;

-- the next sequence of each subject; its row's lock orders the subject's events by commit
CREATE TABLE events_sequence (
    subject text PRIMARY KEY,
    last bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE events_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handler text NOT NULL,
    event_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    UNIQUE (handler, subject, sequence)
);
CREATE INDEX events_outbox_due ON events_outbox (due_at, id);

CREATE TABLE events_lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
"""

EMIT = """
CREATE FUNCTION events_emit(
    p_id uuid, p_occurred_at timestamptz, p_type text, p_mode text, p_shop_id uuid,
    p_subject text, p_body jsonb, p_handlers text[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_sequence bigint;
BEGIN
    INSERT INTO events_sequence AS s (subject, last) VALUES (p_subject, 1)
        ON CONFLICT (subject) DO UPDATE SET last = s.last + 1
        RETURNING last INTO v_sequence;
    INSERT INTO events_event (id, occurred_at, type, mode, shop_id, subject, sequence, body)
        VALUES (p_id, p_occurred_at, p_type, p_mode, p_shop_id, p_subject, v_sequence, p_body);
    INSERT INTO events_outbox (handler, event_id, occurred_at, subject, sequence, due_at)
        SELECT unnest(p_handlers), p_id, p_occurred_at, p_subject, v_sequence, clock_timestamp();
    PERFORM pg_notify('events', p_subject);
    RETURN v_sequence;
END
$$;

CREATE FUNCTION events_ensure_partitions(p_from date, p_months integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_month date := date_trunc('month', p_from)::date;
    v_name text;
    v_made integer := 0;
BEGIN
    FOR i IN 1..p_months LOOP
        v_name := 'events_event_' || to_char(v_month, 'YYYY_MM');
        IF to_regclass(v_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF events_event FOR VALUES FROM (%L) TO (%L)',
                v_name, v_month::timestamp AT TIME ZONE 'UTC',
                (v_month + interval '1 month') AT TIME ZONE 'UTC');
            v_made := v_made + 1;
        END IF;
        v_month := (v_month + interval '1 month')::date;
    END LOOP;
    RETURN v_made;
END
$$;
SELECT events_ensure_partitions((now() AT TIME ZONE 'UTC')::date, 3);
"""

UNDO = """
DROP FUNCTION events_ensure_partitions(date, integer);
DROP FUNCTION events_emit(uuid, timestamptz, text, text, uuid, text, jsonb, text[]);
DROP TABLE events_lease, events_outbox, events_sequence, events_event;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(TABLES + EMIT, UNDO),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "id",
                                "occurred_at",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("id", models.UUIDField(default=gateway.events.ids.uuid7)),
                        ("occurred_at", models.DateTimeField()),
                        ("type", models.TextField()),
                        ("mode", models.TextField()),
                        ("shop_id", models.UUIDField(null=True)),
                        (
                            "subject",
                            models.TextField(
                                help_text="What it happened to: 'invoice:<id>', 'chain:<id>'"
                            ),
                        ),
                        (
                            "sequence",
                            models.BigIntegerField(help_text="1, 2, 3 … per subject"),
                        ),
                        ("body", models.JSONField()),
                    ],
                    options={"db_table": "events_event", "managed": False},
                ),
                migrations.CreateModel(
                    name="OutboxItem",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("handler", models.TextField()),
                        ("event_id", models.UUIDField()),
                        ("occurred_at", models.DateTimeField()),
                        ("subject", models.TextField()),
                        ("sequence", models.BigIntegerField()),
                        ("due_at", models.DateTimeField()),
                        ("attempts", models.IntegerField(default=0)),
                        ("last_error", models.TextField(default="")),
                    ],
                    options={"db_table": "events_outbox", "managed": False},
                ),
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        ("name", models.TextField(primary_key=True, serialize=False)),
                        ("holder", models.TextField()),
                        ("epoch", models.BigIntegerField(default=1)),
                        ("expires_at", models.DateTimeField()),
                    ],
                    options={"db_table": "events_lease"},
                ),
            ],
        ),
    ]
