-- A wallet's request, by the hash of the secret in its address, and what its shop's sessions may see
-- from then on; nothing if there is none. It works as the owner: who holds the secret is nobody that
-- we know.
CREATE FUNCTION presenting_open(p_token_digest bytea) RETURNS SETOF compliance_presenting_presentation
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_row compliance_presenting_presentation;
BEGIN
    SELECT * INTO v_row FROM compliance_presenting_presentation p
     WHERE p.token_digest = p_token_digest;
    PERFORM set_config('tillway.shop', coalesce(v_row.shop_id::text, ''), false);
    IF v_row.id IS NOT NULL THEN
        RETURN NEXT v_row;
    END IF;
END
$$;
