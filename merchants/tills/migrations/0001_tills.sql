-- Who asks at a till, and in the same statement what their session may see from then on. These work
-- as the owner: before it is known who asks, the web's own role sees no tablet, no code and no shop.

-- The tablet behind a secret, its till and shop, and who stands at it with their role there; nulls
-- if there is none. One that was revoked opens nothing.
CREATE FUNCTION tills_entered(
    p_token_hash bytea,
    OUT scope text, OUT device tills_device, OUT till tills_till, OUT shop shops_shop,
    OUT cashier accounts_user, OUT role text
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT * INTO device FROM tills_device d WHERE d.token_hash = p_token_hash;
    SELECT * INTO till FROM tills_till t WHERE t.id = device.till_id;
    SELECT * INTO shop FROM shops_shop s WHERE s.id = device.shop_id;
    SELECT m.role INTO role FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
     WHERE m.user_id = device.cashier_id AND m.shop_id = device.shop_id AND u.is_active;
    IF role IS NOT NULL THEN
        SELECT * INTO cashier FROM accounts_user u WHERE u.id = device.cashier_id;
    END IF;
    scope := CASE WHEN device.id IS NOT NULL AND device.revoked_at IS NULL
             THEN device.shop_id::text ELSE '' END;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- The code behind a hash; nulls if there is none. One that was used, replaced or that has expired
-- opens nothing.
CREATE FUNCTION tills_pairing_found(
    p_code_hash bytea, p_now timestamptz, OUT scope text, OUT pairing tills_pairing
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT * INTO pairing FROM tills_pairing p WHERE p.code_hash = p_code_hash;
    scope := CASE WHEN pairing.used_at IS NULL AND pairing.dropped_at IS NULL
                   AND pairing.expires_at > p_now
             THEN coalesce(pairing.shop_id::text, '') ELSE '' END;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;
