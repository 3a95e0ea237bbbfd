-- A shopper's claim link: the refund, and what its shop's sessions may see from then on; nothing if
-- there is none. It works as the owner: who holds the link is nobody that we know.
CREATE FUNCTION refunds_open(p_link_hash bytea) RETURNS SETOF refunds_refund
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_refund refunds_refund;
BEGIN
    SELECT * INTO v_refund FROM refunds_refund r WHERE r.link_hash = p_link_hash;
    PERFORM set_config('tillway.shop', coalesce(v_refund.shop_id::text, ''), false);
    IF v_refund.id IS NOT NULL THEN
        RETURN NEXT v_refund;
    END IF;
END
$$;
