-- Wake-ups go through Valkey (decision 12).
CREATE OR REPLACE FUNCTION events_emit(
    p_id uuid, p_occurred_at timestamptz, p_type text, p_mode text, p_shop_id uuid,
    p_subject text, p_body jsonb, p_handlers text[], p_lane text DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off AS $$  -- decision 8
DECLARE
    v_sequence bigint;
    v_lane text := coalesce(p_lane, p_subject);
    v_turn bigint;
BEGIN
    INSERT INTO events_sequence AS s (subject, last) VALUES (p_subject, 1)
        ON CONFLICT (subject) DO UPDATE SET last = s.last + 1
        RETURNING last INTO v_sequence;
    INSERT INTO events_event (id, occurred_at, type, mode, shop_id, subject, sequence, body)
        VALUES (p_id, p_occurred_at, p_type, p_mode, p_shop_id, p_subject, v_sequence, p_body);
    IF cardinality(p_handlers) > 0 THEN
        -- A lane's next item stands one turn behind its last one; a lane that has none waiting
        -- stands where the queue is being served now. Nobody's lock is taken for it: who doesn't
        -- see another's uncommitted item stands beside it, which is as fair.
        SELECT greatest(
                   coalesce((SELECT o.turn + 1 FROM events_outbox o WHERE o.lane = v_lane
                              ORDER BY o.turn DESC LIMIT 1), 0),
                   coalesce((SELECT o.turn FROM events_outbox o WHERE NOT o.parked
                              ORDER BY o.turn, o.id LIMIT 1), 0))
          INTO v_turn;
        -- Behind an item that failed its subject waits with it, out of the way of the others.
        INSERT INTO events_outbox
            (handler, event_id, occurred_at, subject, sequence, lane, turn, parked, due_at)
        SELECT h.name, p_id, p_occurred_at, p_subject, v_sequence, v_lane, v_turn,
               before.due_at IS NOT NULL, coalesce(before.due_at, clock_timestamp())
          FROM unnest(p_handlers) AS h (name)
          LEFT JOIN LATERAL (
               SELECT o.due_at FROM events_outbox o
                WHERE o.handler = h.name AND o.subject = p_subject AND o.parked
                ORDER BY o.sequence LIMIT 1) AS before ON true;
    END IF;
    RETURN v_sequence;
END
$$;
