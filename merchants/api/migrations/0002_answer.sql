-- What was answered to a shop's key; nulls if nothing was.
CREATE FUNCTION api_answer(
    p_shop_id uuid, p_key text,
    OUT fingerprint bytea, OUT status smallint, OUT content_type text, OUT location text,
    OUT sealed boolean, OUT body bytea
) LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$  -- decision 8
BEGIN
    SELECT r.fingerprint, r.status, r.content_type, r.location, r.sealed, r.body
      INTO fingerprint, status, content_type, location, sealed, body
      FROM api_idempotency r WHERE r.shop_id = p_shop_id AND r.key = p_key;
END
$$;
