-- Who asks, and in the same statement what their session may see from then on: nothing, unless
-- what they asked with opens it. These work as the owner: before it is known who asks, the web's
-- own role sees no key, no role and no shop.

-- The program behind a key, and its shop; nulls if there is none. A key that was revoked, that has
-- expired or that is of the other mode opens nothing.
CREATE FUNCTION accounts_caller(
    p_secret_hash bytea, p_now timestamptz,
    OUT scope text, OUT key accounts_apikey, OUT shop shops_shop
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$  -- decision 8
BEGIN
    SELECT * INTO key FROM accounts_apikey k WHERE k.secret_hash = p_secret_hash;
    SELECT * INTO shop FROM shops_shop s WHERE s.id = key.shop_id;
    IF key.revoked_at IS NULL AND (key.expires_at IS NULL OR key.expires_at > p_now)
        AND key.mode = shop.mode
    THEN
        scope := shop.id::text;
    ELSE
        scope := '';
    END IF;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- A person's roles that count in a shop, theirs there and those of the house, and the shop; nulls
-- if they have none or there is no such shop. It opens to who has one of p_roles.
CREATE FUNCTION accounts_member(
    p_user_id uuid, p_shop_id uuid, p_roles text[],
    OUT scope text, OUT roles text[], OUT shop shops_shop
) LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    scope := '';
    SELECT array_agg(m.role::text) INTO roles FROM accounts_membership m
     WHERE m.user_id = p_user_id AND (m.shop_id = p_shop_id OR m.shop_id IS NULL);
    IF roles IS NOT NULL THEN
        SELECT * INTO shop FROM shops_shop s WHERE s.id = p_shop_id;
    END IF;
    IF shop.id IS NOT NULL AND roles && p_roles THEN
        scope := shop.id::text;
    END IF;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- A person's roles of the house. Every shop opens to who has one of p_roles.
CREATE FUNCTION accounts_house_member(
    p_user_id uuid, p_roles text[], OUT scope text, OUT roles text[]
) LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    SELECT coalesce(array_agg(m.role::text), '{}') INTO roles FROM accounts_membership m
     WHERE m.user_id = p_user_id AND m.shop_id IS NULL;
    scope := CASE WHEN roles && p_roles THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff' ELSE '' END;
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- A person's roles that count in a shop (or, without one, those of the house). It opens nothing.
CREATE FUNCTION accounts_roles_of(p_user_id uuid, p_shop_id uuid) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT coalesce(array_agg(m.role::text), '{}') FROM accounts_membership m
     WHERE m.user_id = p_user_id AND (m.shop_id = p_shop_id OR m.shop_id IS NULL)
$$;

-- The shops that a person is a member of, by name, with their role there. It opens nothing.
CREATE FUNCTION accounts_shops_of(p_user_id uuid) RETURNS TABLE (shop shops_shop, role text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT s, m.role::text FROM accounts_membership m JOIN shops_shop s ON s.id = m.shop_id
     WHERE m.user_id = p_user_id ORDER BY s.name, m.id
$$;
