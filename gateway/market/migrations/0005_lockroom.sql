-- Rooms are updated by every sale and never made: leave room for the update on the same page.
ALTER TABLE market_lockroom SET (fillfactor = 50);

-- Locks all rooms of these assets, counts what is open, and shares what the caps leave out anew:
-- evenly, and to p_shard what is about to be taken there. Nobody can take meanwhile, and what was
-- taken before is committed and counted. Returns the assets that haven't got so much left; then
-- nothing is changed.
CREATE FUNCTION market_room_share(
    p_assets text[], p_units numeric[], p_caps numeric[], p_now timestamptz, p_shard integer
) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    v_left numeric[];
    v_full text[];
BEGIN
    INSERT INTO market_lockroom (asset, shard, units, cap)
    SELECT a.asset, s.shard, 0, 0
      FROM unnest(p_assets) AS a (asset), generate_series(0, 15) AS s (shard)
     ORDER BY a.asset, s.shard
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM market_lockroom r WHERE r.asset = ANY (p_assets)
      ORDER BY r.asset, r.shard FOR UPDATE;
    -- A statement of its own: it sees what was committed while the rooms were waited for.
    SELECT array_agg(least(x.cap, greatest(0, x.cap - coalesce(
               (SELECT sum(e.units) FROM market_lockexposure e
                 WHERE e.asset = x.asset AND e.minute >= p_now), 0))) ORDER BY x.place)
      INTO v_left
      FROM unnest(p_assets, p_caps) WITH ORDINALITY AS x (asset, cap, place);
    SELECT coalesce(array_agg(x.asset ORDER BY x.asset), '{}') INTO v_full
      FROM unnest(p_assets, p_units, v_left) AS x (asset, units, room) WHERE x.room < x.units;
    IF v_full = '{}' THEN
        UPDATE market_lockroom r
           SET cap = x.cap,
               units = div(x.room - x.units, 16) + CASE WHEN r.shard = p_shard
                       THEN x.units + mod(x.room - x.units, 16) ELSE 0 END
          FROM unnest(p_assets, p_units, p_caps, v_left) AS x (asset, units, cap, room)
         WHERE r.asset = x.asset;
    END IF;
    RETURN v_full;
END
$$;

-- How many of these assets have so much room left in the shard. A cap moves with its asset's price:
-- shared again when it fell by more than a hundredth.
CREATE FUNCTION market_rooms_fitting(
    p_assets text[], p_units numeric[], p_caps numeric[], p_shard integer
) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*)
      FROM unnest(p_assets, p_units, p_caps) AS x (asset, units, cap)
      JOIN market_lockroom r ON r.asset = x.asset AND r.shard = p_shard
     WHERE r.units >= x.units AND r.cap * 100 <= x.cap * 101
$$;

-- Takes it from the shard's rooms; the table's check refuses what they don't hold.
CREATE FUNCTION market_rooms_take(
    p_assets text[], p_units numeric[], p_shard integer
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM market_lockroom r WHERE r.asset = ANY (p_assets) AND r.shard = p_shard
      ORDER BY r.asset FOR UPDATE;
    UPDATE market_lockroom r SET units = r.units - x.units
      FROM unnest(p_assets, p_units) AS x (asset, units)
     WHERE r.asset = x.asset AND r.shard = p_shard;
END
$$;

-- Counts locks if the caps have room for all of them. The outcome is "taken", "full" (of
-- full_assets; nothing was counted), or, of a first try, "share": this shard's room is used up, ask
-- again with p_share. That locks the rooms of all shards, in the order of their keys; a first try
-- that doesn't fit leaves none of its own locked, or two of them would wait for each other.
CREATE FUNCTION market_exposure_take(
    p_assets text[], p_units numeric[], p_caps numeric[], p_now timestamptz,
    p_lock_end timestamptz, p_shard integer, p_share boolean,
    OUT outcome text, OUT full_assets text[]
) LANGUAGE plpgsql AS $$
DECLARE
    -- A room of so many times what is taken still fits it after all shards shared it evenly.
    c_ample CONSTANT integer := 32;
    v_ample numeric[];
BEGIN
    full_assets := '{}';
    IF p_share THEN
        full_assets := market_room_share(p_assets, p_units, p_caps, p_now, p_shard);
        IF full_assets <> '{}' THEN
            outcome := 'full';
            RETURN;
        END IF;
    ELSIF market_rooms_fitting(p_assets, p_units, p_caps, p_shard) < cardinality(p_assets) THEN
        outcome := 'share';
        RETURN;
    ELSE
        SELECT array_agg(c_ample * x.units ORDER BY x.place) INTO v_ample
          FROM unnest(p_units) WITH ORDINALITY AS x (units, place);
    END IF;
    IF p_share OR market_rooms_fitting(p_assets, v_ample, p_caps, p_shard) = cardinality(p_assets)
    THEN
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
