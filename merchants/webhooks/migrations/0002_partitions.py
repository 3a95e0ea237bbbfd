"""Deliveries and attempts by month, keyed by their event's UUIDv7, which carries the time."""

from django.db import migrations

TABLES = """
CREATE TABLE webhooks_delivery (
    event_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    shop_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    payload bytea NOT NULL,
    state text NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'succeeded', 'failed', 'cancelled')),
    trying boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (event_id, endpoint_id)
) PARTITION BY RANGE (event_id);
-- what is due at an endpoint, in order
CREATE INDEX webhooks_delivery_due ON webhooks_delivery (endpoint_id, due_at, event_id)
    WHERE state = 'pending';
-- what must be tried before
CREATE INDEX webhooks_delivery_order ON webhooks_delivery (endpoint_id, subject, sequence)
    WHERE state = 'pending';
-- an endpoint's log, newest first
CREATE INDEX webhooks_delivery_log ON webhooks_delivery (endpoint_id, event_id);
CREATE TABLE webhooks_delivery_default PARTITION OF webhooks_delivery DEFAULT;

CREATE TABLE webhooks_attempt (
    event_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    number integer NOT NULL,
    started_at timestamptz NOT NULL,
    milliseconds integer,
    status integer,
    error text NOT NULL DEFAULT '',
    excerpt text NOT NULL DEFAULT '',
    PRIMARY KEY (event_id, endpoint_id, number)
) PARTITION BY RANGE (event_id);
CREATE TABLE webhooks_attempt_default PARTITION OF webhooks_attempt DEFAULT;
"""

FUNCTIONS = """
CREATE FUNCTION webhooks_first_id(p_at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    -- the least UUIDv7 of a moment: its first 48 bits are milliseconds
    SELECT (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
$$;

CREATE FUNCTION webhooks_ensure_partitions(p_from date, p_months integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_month date := date_trunc('month', p_from)::date;
    v_table text;
    v_name text;
    v_made integer := 0;
BEGIN
    FOR i IN 1..p_months LOOP
        FOREACH v_table IN ARRAY ARRAY['webhooks_delivery', 'webhooks_attempt'] LOOP
            v_name := v_table || '_' || to_char(v_month, 'YYYY_MM');
            IF to_regclass(v_name) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    v_name, v_table,
                    webhooks_first_id(v_month::timestamp AT TIME ZONE 'UTC'),
                    webhooks_first_id((v_month + interval '1 month') AT TIME ZONE 'UTC'));
                v_made := v_made + 1;
            END IF;
        END LOOP;
        v_month := (v_month + interval '1 month')::date;
    END LOOP;
    RETURN v_made;
END
$$;

CREATE FUNCTION webhooks_drop_partitions(p_before date)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_name text;
    v_dropped integer := 0;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid
          JOIN pg_class p ON p.oid = i.inhparent
         WHERE p.relname IN ('webhooks_delivery', 'webhooks_attempt')
           AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
           AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= p_before
    LOOP
        EXECUTE format('DROP TABLE %I', v_name);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END
$$;
SELECT webhooks_ensure_partitions((now() AT TIME ZONE 'UTC')::date, 3);
"""

UNDO = """
DROP FUNCTION webhooks_drop_partitions(date);
DROP FUNCTION webhooks_ensure_partitions(date, integer);
DROP FUNCTION webhooks_first_id(timestamptz);
DROP TABLE webhooks_attempt, webhooks_delivery;
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]
    operations = [migrations.RunSQL(TABLES + FUNCTIONS, UNDO)]
