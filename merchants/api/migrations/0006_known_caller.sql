-- As before; but whoever has read the key and its shop already, to the letter, is told only that
-- both are as they were: with the version they were read at (p_known), key and shop are null. Who
-- may not come in, or was last noted as seen before p_noted_since, reads both anew.
DROP FUNCTION api_caller(bytea, timestamptz, text);
CREATE FUNCTION api_caller(
    p_secret_hash bytea, p_now timestamptz, p_key text, p_known bigint,
    p_noted_since timestamptz,
    OUT scope text, OUT version bigint, OUT fingerprint bytea, OUT status smallint,
    OUT content_type text, OUT location text, OUT sealed boolean, OUT body bytea,
    OUT key accounts_apikey, OUT shop shops_shop
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$  -- decision 8
BEGIN
    SELECT * INTO key FROM accounts_apikey k WHERE k.secret_hash = p_secret_hash;
    SELECT * INTO shop FROM shops_shop s WHERE s.id = key.shop_id;
    version := hash_record_extended(key, 0) # hash_record_extended(shop, 1);
    IF key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > p_now)
        AND key.mode = shop.mode
    THEN
        scope := shop.id::text;
        SELECT r.fingerprint, r.status, r.content_type, r.location, r.sealed, r.body
          INTO fingerprint, status, content_type, location, sealed, body
          FROM api_idempotency r WHERE r.shop_id = shop.id AND r.key = p_key;
        IF version = p_known AND key.last_used_at > p_noted_since THEN
            key := NULL;
            shop := NULL;
        END IF;
    ELSE
        scope := '';
    END IF;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;
