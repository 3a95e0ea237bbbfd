-- A shop that has an owner keeps one, whoever takes one away and however many do so at once: looked
-- at when the transaction ends, one shop after the other. A shop that goes itself needs none.
CREATE FUNCTION accounts_owner_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tillway owner ' || OLD.shop_id::text));
    IF NOT EXISTS (
        SELECT 1 FROM accounts_membership m WHERE m.shop_id = OLD.shop_id AND m.role = 'owner'
    ) AND EXISTS (SELECT 1 FROM shops_shop s WHERE s.id = OLD.shop_id) THEN
        RAISE EXCEPTION 'shop % would be left without an owner', OLD.shop_id
            USING ERRCODE = '23514', CONSTRAINT = 'shop_keeps_an_owner';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER membership_owner_stays
    AFTER UPDATE OR DELETE ON accounts_membership DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.role = 'owner' AND OLD.shop_id IS NOT NULL)
    EXECUTE FUNCTION accounts_owner_stays();

-- The invitation behind a hash; nulls if there is none. One that was taken up, withdrawn or sent
-- anew, or that has expired, opens nothing.
CREATE FUNCTION accounts_invitation_found(
    p_token_hash bytea, p_now timestamptz, OUT scope text, OUT invitation accounts_invitation
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT * INTO invitation FROM accounts_invitation i
     WHERE i.token_hash = p_token_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
       AND i.expires_at > p_now;
    scope := coalesce(invitation.shop_id::text, '');
    PERFORM set_config('tillway.shop', scope, false);
END
$$;
