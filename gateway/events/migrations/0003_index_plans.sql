-- The outbox is empty most of the time and holds thousands of rows in a burst. A plan that was
-- cached while it was empty reads the whole table for each event; these functions never do.
ALTER FUNCTION events_emit(uuid, timestamptz, text, text, uuid, text, jsonb, text[], text)
    SET enable_seqscan = off;

-- The scalar subqueries are looked up in an index for each candidate, in the order of the turns,
-- until one is free; as anti-joins they would be worked out for the whole backlog at each claim.
CREATE FUNCTION events_next(p_busy text[]) RETURNS TABLE (
    item_id bigint, handler text, lane text, attempts integer, event_id uuid, type text,
    mode text, shop_id uuid, subject text, sequence bigint, body jsonb, occurred_at timestamptz
) LANGUAGE plpgsql ROWS 1 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN QUERY
    WITH head AS (
        SELECT o.* FROM events_outbox o
         WHERE NOT o.parked
           AND (o.handler || ' ' || o.lane) <> ALL (p_busy)
           AND o.sequence = (
                SELECT min(first.sequence) FROM events_outbox first
                 WHERE first.handler = o.handler AND first.subject = o.subject)
         ORDER BY o.turn, o.id
         LIMIT 1
           FOR UPDATE OF o SKIP LOCKED)
    SELECT h.id, h.handler, h.lane, h.attempts,
           e.id, e.type, e.mode, e.shop_id, e.subject, e.sequence, e.body, e.occurred_at
      FROM head h
      JOIN events_event e ON e.id = h.event_id AND e.occurred_at = h.occurred_at;
END
$$;

-- What failed before is handled alone, and whatever stands behind it waits for that.
CREATE FUNCTION events_next_of_lane(p_handler text, p_lane text, p_limit integer) RETURNS TABLE (
    item_id bigint, handler text, lane text, attempts integer, event_id uuid, type text,
    mode text, shop_id uuid, subject text, sequence bigint, body jsonb, occurred_at timestamptz
) LANGUAGE plpgsql ROWS 50 SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
    RETURN QUERY
    WITH batch AS (
        SELECT o.* FROM events_outbox o
         WHERE o.lane = p_lane AND o.handler = p_handler AND NOT o.parked AND o.attempts = 0
           AND (SELECT true FROM events_outbox failed
                 WHERE failed.handler = o.handler AND failed.subject = o.subject
                   AND failed.sequence < o.sequence AND (failed.parked OR failed.attempts > 0)
                 LIMIT 1) IS NULL
         ORDER BY o.turn, o.id
         LIMIT p_limit
           FOR UPDATE OF o SKIP LOCKED)
    SELECT b.id, b.handler, b.lane, b.attempts,
           e.id, e.type, e.mode, e.shop_id, e.subject, e.sequence, e.body, e.occurred_at
      FROM batch b
      JOIN events_event e ON e.id = b.event_id AND e.occurred_at = b.occurred_at
     ORDER BY b.turn, b.id;
END
$$;
