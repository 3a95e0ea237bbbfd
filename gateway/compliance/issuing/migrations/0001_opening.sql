-- An offer, by the hash of the code in its QR or of the token that its wallet was given, and what its
-- shop's sessions may see from then on; nothing if there is none. It works as the owner: who holds
-- the secret is nobody that we know.
CREATE FUNCTION issuing_open(p_code_digest bytea, p_token_digest bytea)
RETURNS SETOF compliance_issuing_credentialoffer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_row compliance_issuing_credentialoffer;
BEGIN
    SELECT * INTO v_row FROM compliance_issuing_credentialoffer o
     WHERE o.code_digest = p_code_digest OR o.token_digest = p_token_digest;
    PERFORM set_config('tillway.shop', coalesce(v_row.shop_id::text, ''), false);
    IF v_row.id IS NOT NULL THEN
        RETURN NEXT v_row;
    END IF;
END
$$;
-- What the public status list says of every place that is not just valid, and nothing of whose it is.
CREATE FUNCTION issuing_standings(p_now timestamptz) RETURNS TABLE (place integer, standing text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT c.place, c.standing FROM compliance_issuing_issuedcredential c
     WHERE c.standing <> 'valid' AND c.expires_at > p_now;
$$;
