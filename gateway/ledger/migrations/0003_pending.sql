-- Entries in two phases: what is pending moves nothing, sets a shop's money aside, and is resolved
-- once by a row of its own: posted, voided or expired.

CREATE TABLE ledger_pending (
    id uuid PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind <> ''),
    shop_id uuid,
    payload_hash bytea NOT NULL CHECK (octet_length(payload_hash) = 32),
    refs jsonb NOT NULL,
    accounts text[] NOT NULL,
    assets text[] NOT NULL,
    units numeric[] NOT NULL,
    happened_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    CHECK (expires_at > happened_at),
    CHECK (cardinality(accounts) >= 2 AND cardinality(accounts) = cardinality(assets)
           AND cardinality(accounts) = cardinality(units))
);

-- what a pending entry keeps from being drawn, gone once it is resolved
CREATE TABLE ledger_set_aside (
    pending_id uuid NOT NULL REFERENCES ledger_pending (id),
    shop_id uuid NOT NULL,
    asset text COLLATE "C" NOT NULL,
    units numeric(78, 0) NOT NULL CHECK (units > 0),
    PRIMARY KEY (pending_id, shop_id, asset)
);

-- the queue of what is not resolved, for whoever lets it expire; the resolutions are the truth
CREATE TABLE ledger_pending_open (
    pending_id uuid PRIMARY KEY REFERENCES ledger_pending (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ledger_pending_open_expiry ON ledger_pending_open (expires_at);

CREATE TABLE ledger_resolution (
    pending_id uuid PRIMARY KEY REFERENCES ledger_pending (id),
    outcome text NOT NULL CHECK (outcome IN ('posted', 'voided', 'expired')),
    entry_id uuid UNIQUE REFERENCES ledger_entry (id),
    refs jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((outcome = 'posted') = (entry_id IS NOT NULL))
);

ALTER TABLE ledger_shop_balance
    ADD COLUMN set_aside numeric(78, 0) NOT NULL DEFAULT 0 CHECK (set_aside >= 0);

CREATE TRIGGER ledger_pending_keep BEFORE UPDATE OR DELETE ON ledger_pending
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_pending_keep_all BEFORE TRUNCATE ON ledger_pending
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_resolution_keep BEFORE UPDATE OR DELETE ON ledger_resolution
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_resolution_keep_all BEFORE TRUNCATE ON ledger_resolution
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_pending_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM unnest(NEW.assets, NEW.units) l (asset, units)
                GROUP BY l.asset HAVING sum(l.units) <> 0) THEN
        RAISE EXCEPTION 'the pending entry % does not sum to zero', NEW.key USING ERRCODE = 'TL005';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_pending_balanced BEFORE INSERT ON ledger_pending
    FOR EACH ROW EXECUTE FUNCTION ledger_pending_balances();

-- Whoever inserts: posted before the end, expired from it on, and the entry is the pending one's.
CREATE FUNCTION ledger_resolution_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_pending ledger_pending;
BEGIN
    SELECT * INTO v_pending FROM ledger_pending WHERE id = NEW.pending_id;
    IF NEW.outcome = 'posted' AND NEW.happened_at >= v_pending.expires_at
       OR NEW.outcome = 'expired' AND NEW.happened_at < v_pending.expires_at THEN
        RAISE EXCEPTION '% expires at %', v_pending.key, v_pending.expires_at
            USING ERRCODE = 'TL007';
    END IF;
    IF NEW.outcome = 'posted' AND NOT EXISTS (
           SELECT 1 FROM ledger_entry e
            WHERE e.id = NEW.entry_id AND e.key = v_pending.key
              AND e.payload_hash = v_pending.payload_hash) THEN
        RAISE EXCEPTION 'entry % is not what % was to post', NEW.entry_id, v_pending.key
            USING ERRCODE = 'TL002';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_resolution_fit BEFORE INSERT ON ledger_resolution
    FOR EACH ROW EXECUTE FUNCTION ledger_resolution_fits();

-- Lines come in account order, as for ledger_post.
CREATE FUNCTION ledger_pend(
    p_key text, p_kind text, p_shop_id uuid, p_refs jsonb, p_hash bytea,
    p_happened_at timestamptz, p_expires_at timestamptz, p_accounts text[], p_assets text[],
    p_units numeric[],
    OUT pending_id uuid, OUT created boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_hash bytea;
    v_taken record;
    v_free numeric;
BEGIN
    INSERT INTO ledger_pending (id, key, kind, shop_id, payload_hash, refs, accounts, assets, units,
                                happened_at, expires_at)
        VALUES (uuidv7(), p_key, p_kind, p_shop_id, p_hash, p_refs, p_accounts, p_assets, p_units,
                p_happened_at, p_expires_at)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO pending_id;
    created := pending_id IS NOT NULL;
    IF NOT created THEN
        SELECT p.id, p.payload_hash INTO pending_id, v_hash FROM ledger_pending p
         WHERE p.key = p_key;
        IF v_hash <> p_hash THEN
            RAISE EXCEPTION 'another entry has the key %', p_key USING ERRCODE = 'TL002';
        END IF;
        RETURN;
    END IF;
    INSERT INTO ledger_pending_open (pending_id, expires_at) VALUES (pending_id, p_expires_at);
    FOR v_taken IN
        SELECT l.account, l.asset, l.units FROM unnest(p_accounts, p_assets, p_units)
               l (account, asset, units)
         WHERE l.account LIKE 'shop:%:available' AND l.units > 0 ORDER BY l.account COLLATE "C", l.asset COLLATE "C"
    LOOP
        -- as all that take money out: they meet at shard 0
        PERFORM 1 FROM ledger_shop_balance
          WHERE shop_id = split_part(v_taken.account, ':', 2)::uuid AND asset = v_taken.asset
            AND shard = 0 FOR UPDATE;
        SELECT coalesce(sum(available - set_aside), 0) INTO v_free FROM ledger_shop_balance
         WHERE shop_id = split_part(v_taken.account, ':', 2)::uuid AND asset = v_taken.asset;
        IF v_free < v_taken.units THEN
            RAISE EXCEPTION '% has % of % free, not %', v_taken.account, v_free, v_taken.asset,
                v_taken.units USING ERRCODE = 'TL001';
        END IF;
        UPDATE ledger_shop_balance SET set_aside = set_aside + v_taken.units
         WHERE shop_id = split_part(v_taken.account, ':', 2)::uuid AND asset = v_taken.asset
           AND shard = 0;
        INSERT INTO ledger_set_aside (pending_id, shop_id, asset, units)
            VALUES (pending_id, split_part(v_taken.account, ':', 2)::uuid, v_taken.asset,
                    v_taken.units);
    END LOOP;
END
$$;

-- Resolve a pending entry; told the same outcome again it says what became of it.
CREATE FUNCTION ledger_resolve(
    p_key text, p_outcome text, p_refs jsonb, p_happened_at timestamptz, p_covered boolean,
    OUT pending_id uuid, OUT entry_id uuid, OUT created boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_pending ledger_pending;
    v_old ledger_resolution;
    v_kept record;
BEGIN
    -- who resolves waits for who is resolving; the primary key of the resolutions is what decides
    SELECT * INTO v_pending FROM ledger_pending p WHERE p.key = p_key FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is pending under the key %', p_key USING ERRCODE = 'TL003';
    END IF;
    pending_id := v_pending.id;
    SELECT * INTO v_old FROM ledger_resolution r WHERE r.pending_id = v_pending.id;
    IF FOUND THEN
        IF v_old.outcome <> p_outcome THEN
            RAISE EXCEPTION '% was % already', p_key, v_old.outcome USING ERRCODE = 'TL006';
        END IF;
        entry_id := v_old.entry_id;
        created := false;
        RETURN;
    END IF;
    FOR v_kept IN
        SELECT s.shop_id, s.asset, s.units FROM ledger_set_aside s
         WHERE s.pending_id = v_pending.id ORDER BY s.shop_id, s.asset
    LOOP
        UPDATE ledger_shop_balance SET set_aside = set_aside - v_kept.units
         WHERE shop_id = v_kept.shop_id AND asset = v_kept.asset AND shard = 0;
    END LOOP;
    DELETE FROM ledger_set_aside s WHERE s.pending_id = v_pending.id;
    IF p_outcome = 'posted' THEN
        SELECT p.entry_id INTO entry_id FROM ledger_post(
            v_pending.key, v_pending.kind, v_pending.shop_id, v_pending.refs,
            v_pending.payload_hash, p_happened_at, v_pending.accounts, v_pending.assets,
            v_pending.units, p_covered, false) p;
    END IF;
    INSERT INTO ledger_resolution (pending_id, outcome, entry_id, refs, happened_at)
        VALUES (v_pending.id, p_outcome, entry_id, p_refs, p_happened_at);
    DELETE FROM ledger_pending_open o WHERE o.pending_id = v_pending.id;
    created := true;
END
$$;

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
        SELECT coalesce(sum(available - set_aside), 0) INTO v_owed FROM ledger_shop_balance
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
        -- a row that nobody else is making; the first is waited for, since withdrawals meet there
        v_shard := floor(random() * 32);
        FOR v_free IN 0..31 LOOP
            CONTINUE WHEN EXISTS (SELECT 1 FROM ledger_shop_balance
                                   WHERE shop_id = p_shop AND asset = p_asset AND shard = v_free);
            IF v_free = 0
               OR pg_try_advisory_xact_lock(hashtextextended(p_shop || p_asset, v_free)) THEN
                v_shard := v_free;
                EXIT;
            END IF;
        END LOOP;
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
