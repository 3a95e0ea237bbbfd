-- The shop whose rows this session may see; null: nobody's. (A house's session has an id that no
-- shop can have.)
CREATE FUNCTION tillway_shop() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('tillway.shop', true), '')::uuid;

-- Whether this session sees every shop, for the house's own people.
CREATE FUNCTION tillway_house() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    current_setting('tillway.shop', true) = 'ffffffff-ffff-ffff-ffff-ffffffffffff', false);

-- For functions that work as the owner of the tables: no policy holds them, so they ask here once
-- whether who called may act for the shop. The owner's own processes may.
CREATE FUNCTION tillway_must_see(p_shop_id uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_shop_id = tillway_shop() OR tillway_house()
        OR pg_has_role(session_user, current_user, 'MEMBER')
    THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'this session does not act for shop %', coalesce(p_shop_id::text, '(none)')
        USING ERRCODE = 'insufficient_privilege';
END
$$;
