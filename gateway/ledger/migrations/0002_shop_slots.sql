-- A shop's days are its own clock's: its sums are kept by quarter of an hour, since every zone's
-- midnight is the start of one.
ALTER TABLE ledger_shop_day RENAME TO ledger_shop_slot;
ALTER TABLE ledger_shop_slot RENAME CONSTRAINT ledger_shop_day_pkey TO ledger_shop_slot_pkey;
ALTER TABLE ledger_shop_slot RENAME COLUMN day TO starts_at;
-- what was summed by UTC days stays so, at their noon: the same date nearly everywhere
ALTER TABLE ledger_shop_slot ALTER COLUMN starts_at TYPE timestamptz
    USING (starts_at::timestamp + interval '12 hours') AT TIME ZONE 'UTC';

-- Move what a shop is owed of one asset, and its sum of that quarter of an hour.
CREATE OR REPLACE FUNCTION ledger_move_balance(
    p_shop uuid, p_asset text, p_available numeric, p_reserved numeric, p_accounts text[],
    p_assets text[], p_units numeric[], p_kind text, p_happened_at timestamptz, p_covered boolean,
    p_key text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_slot timestamptz := date_bin('15 minutes', p_happened_at, 'epoch');
    v_from_deposits numeric := CASE WHEN p_key LIKE 'deposit:%' THEN p_available ELSE 0 END;
    v_fees numeric := 0;
    v_shard smallint;
    v_owed numeric;
BEGIN
    IF p_covered THEN
        -- all that take money out meet at shard 0; what they then read is settled
        PERFORM 1 FROM ledger_shop_balance
          WHERE shop_id = p_shop AND asset = p_asset AND shard = 0 FOR UPDATE;
        SELECT coalesce(sum(available), 0) INTO v_owed FROM ledger_shop_balance
         WHERE shop_id = p_shop AND asset = p_asset;
        IF v_owed + p_available < 0 THEN
            RAISE EXCEPTION 'shop % has % of % available, not %', p_shop, v_owed, p_asset,
                -p_available USING ERRCODE = 'TL001';
        END IF;
        UPDATE ledger_shop_balance
           SET available = available + p_available, reserved = reserved + p_reserved,
               from_deposits = from_deposits + v_from_deposits
         WHERE shop_id = p_shop AND asset = p_asset AND shard = 0
        RETURNING shard INTO v_shard;
    ELSE
        -- a busy shop's payments spread over rows instead of waiting in line
        -- (materialised: asked twice for a free row, the database would give two)
        WITH free AS MATERIALIZED (
            SELECT f.shard FROM ledger_shop_balance f
             WHERE f.shop_id = p_shop AND f.asset = p_asset
             ORDER BY f.shard LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE ledger_shop_balance b
           SET available = b.available + p_available, reserved = b.reserved + p_reserved,
               from_deposits = b.from_deposits + v_from_deposits
          FROM free
         WHERE b.shop_id = p_shop AND b.asset = p_asset AND b.shard = free.shard
        RETURNING b.shard INTO v_shard;
    END IF;
    IF v_shard IS NULL THEN
        SELECT count(*) INTO v_shard FROM ledger_shop_balance
         WHERE shop_id = p_shop AND asset = p_asset;
        IF v_shard > 31 THEN
            v_shard := floor(random() * 32);
        END IF;
        INSERT INTO ledger_shop_balance AS b
                (shop_id, asset, shard, available, reserved, from_deposits)
            VALUES (p_shop, p_asset, v_shard, p_available, p_reserved, v_from_deposits)
            ON CONFLICT (shop_id, asset, shard) DO UPDATE
               SET available = b.available + EXCLUDED.available,
                   reserved = b.reserved + EXCLUDED.reserved,
                   from_deposits = b.from_deposits + EXCLUDED.from_deposits;
    END IF;

    FOR i IN 1..cardinality(p_accounts) LOOP
        IF p_accounts[i] = 'fees' AND p_assets[i] = p_asset THEN
            v_fees := v_fees - p_units[i];
        END IF;
    END LOOP;
    -- its row is as free as the balance's: who has the shard has both
    UPDATE ledger_shop_slot
       SET entries = entries + 1, available = available + p_available,
           reserved = reserved + p_reserved, fees = fees + v_fees
     WHERE shop_id = p_shop AND starts_at = v_slot AND asset = p_asset AND kind = p_kind
       AND shard = v_shard;
    IF NOT FOUND THEN
        INSERT INTO ledger_shop_slot
                (shop_id, starts_at, asset, kind, shard, entries, available, reserved, fees)
            VALUES (p_shop, v_slot, p_asset, p_kind, v_shard, 1, p_available, p_reserved, v_fees);
    END IF;
END
$$;
