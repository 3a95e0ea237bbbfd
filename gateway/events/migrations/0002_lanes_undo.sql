DROP FUNCTION events_emit(uuid, timestamptz, text, text, uuid, text, jsonb, text[], text);
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

DROP INDEX events_outbox_turn, events_outbox_lane, events_outbox_parked;
CREATE INDEX events_outbox_due ON events_outbox (due_at, id);
ALTER TABLE events_outbox DROP COLUMN lane, DROP COLUMN turn, DROP COLUMN parked;
