-- One look at a shard's rooms tells both whether the locks fit and whether amply: every sale asked
-- twice.
DROP FUNCTION market_rooms_fitting(text[], numeric[], numeric[], integer);

-- Counts locks if the caps have room for all of them. The outcome is "taken", "full" (of
-- full_assets; nothing was counted), or, of a first try, "share": this shard's room is used up, ask
-- again with p_share. That locks the rooms of all shards, in the order of their keys; a first try
-- that doesn't fit leaves none of its own locked, or two of them would wait for each other.
CREATE OR REPLACE FUNCTION market_exposure_take(
    p_assets text[], p_units numeric[], p_caps numeric[], p_now timestamptz,
    p_lock_end timestamptz, p_shard integer, p_share boolean,
    OUT outcome text, OUT full_assets text[]
) LANGUAGE plpgsql AS $$
DECLARE
    -- A room of so many times what is taken still fits it after all shards shared it evenly.
    c_ample CONSTANT integer := 32;
    v_fitting integer;
    v_ample integer;
BEGIN
    full_assets := '{}';
    IF p_share THEN
        full_assets := market_room_share(p_assets, p_units, p_caps, p_now, p_shard);
        IF full_assets <> '{}' THEN
            outcome := 'full';
            RETURN;
        END IF;
    ELSE
        -- A cap moves with its asset's price: shared again when it fell by more than a hundredth.
        SELECT count(*), count(*) FILTER (WHERE r.units >= c_ample * x.units)
          INTO v_fitting, v_ample
          FROM unnest(p_assets, p_units, p_caps) AS x (asset, units, cap)
          JOIN market_lockroom r ON r.asset = x.asset AND r.shard = p_shard
         WHERE r.units >= x.units AND r.cap * 100 <= x.cap * 101;
        IF v_fitting < cardinality(p_assets) THEN
            outcome := 'share';
            RETURN;
        END IF;
    END IF;
    IF p_share OR v_ample = cardinality(p_assets) THEN
        PERFORM market_rooms_take(p_assets, p_units, p_shard);
    ELSE
        BEGIN
            PERFORM market_rooms_take(p_assets, p_units, p_shard);
        EXCEPTION WHEN check_violation THEN
            -- Somebody took the room between the look and the lock; with this block's savepoint
            -- the locks are gone too.
            outcome := 'share';
            RETURN;
        END;
    END IF;
    PERFORM market_exposure_add(p_assets, p_units, p_lock_end, p_shard);
    outcome := 'taken';
END
$$;
