-- The journal: what it holds, what writes it, what it refuses.

CREATE TABLE ledger_account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL CHECK (asset ~ '^[A-Za-z0-9][A-Za-z0-9._+-]*(@[0-9]+)?$'),
    shop_id uuid GENERATED ALWAYS AS
        (CASE WHEN name LIKE 'shop:%' THEN split_part(name, ':', 2)::uuid END) STORED,
    side text GENERATED ALWAYS AS
        (CASE WHEN name LIKE 'shop:%' THEN split_part(name, ':', 3) END) STORED,
    UNIQUE (name, asset),
    -- an account is made by its first posting, so a misspelt one must not pass
    CONSTRAINT ledger_account_known CHECK (name ~ ('^('
        'custody:(deposits|hot|cold|channel):[0-9]+|(in_transit|exchange|bank|receivable):[a-z0-9_.-]+'
        '|shop:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:(available|reserved)'
        '|held:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|pool:[a-z0-9_.-]+'
        '|refunds|blocked|suspense|capital|desk|fees|gas|venue_fees|ramp_fees|rounding|losses'
        '|insurance)$'))
);

CREATE TABLE ledger_entry (
    id uuid PRIMARY KEY,
    -- "C" so that all entries of a deposit are one range of the unique index
    key text COLLATE "C" NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind <> ''),
    shop_id uuid,
    lines smallint NOT NULL CHECK (lines >= 2),
    payload_hash bytea NOT NULL CHECK (octet_length(payload_hash) = 32),
    refs jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL,
    reverses_id uuid REFERENCES ledger_entry (id),
    UNIQUE (id, booked_at, lines)
);
CREATE UNIQUE INDEX ledger_entry_reverses ON ledger_entry (reverses_id)
    WHERE reverses_id IS NOT NULL;
CREATE INDEX ledger_entry_shop ON ledger_entry (shop_id, id) WHERE shop_id IS NOT NULL;

-- A posting names its entry together with the count of its lines, and has a line number within
-- it: once an entry is whole, there is no place left where another posting could go.
CREATE TABLE ledger_posting (
    entry_id uuid NOT NULL,
    line smallint NOT NULL,
    lines smallint NOT NULL,
    booked_at timestamptz NOT NULL,
    account_id bigint NOT NULL,
    asset text COLLATE "C" NOT NULL,
    units numeric(78, 0) NOT NULL CHECK (units <> 0),
    shop_id uuid,
    PRIMARY KEY (entry_id, line, booked_at),
    CHECK (line BETWEEN 1 AND lines),
    FOREIGN KEY (entry_id, booked_at, lines) REFERENCES ledger_entry (id, booked_at, lines)
) PARTITION BY RANGE (booked_at);
CREATE INDEX ledger_posting_account ON ledger_posting (account_id, booked_at) INCLUDE (units);
-- takes what no month's partition does: money must not wait for a maintenance task
CREATE TABLE ledger_posting_default PARTITION OF ledger_posting DEFAULT;

CREATE TABLE ledger_shop_balance (
    shop_id uuid NOT NULL,
    asset text COLLATE "C" NOT NULL,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 31),
    available numeric(78, 0) NOT NULL,
    reserved numeric(78, 0) NOT NULL,
    from_deposits numeric(78, 0) NOT NULL,
    PRIMARY KEY (shop_id, asset, shard)
) WITH (fillfactor = 50);

CREATE TABLE ledger_shop_day (
    shop_id uuid NOT NULL,
    day date NOT NULL,
    asset text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    shard smallint NOT NULL,
    entries integer NOT NULL,
    available numeric(78, 0) NOT NULL,
    reserved numeric(78, 0) NOT NULL,
    fees numeric(78, 0) NOT NULL,
    PRIMARY KEY (shop_id, day, asset, kind, shard)
) WITH (fillfactor = 50);

CREATE TABLE ledger_snapshot (
    account_id bigint PRIMARY KEY REFERENCES ledger_account (id),
    through timestamptz NOT NULL,
    units numeric(78, 0) NOT NULL
);

-- ------------------------------------------------------------------ what it refuses

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'TL004', HINT = 'A correction is a new entry.';
END
$$;
CREATE TRIGGER ledger_account_keep BEFORE UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_account_keep_all BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_keep BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_keep_all BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_keep BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_keep_all BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_posting_keep_all BEFORE TRUNCATE ON ledger_posting_default
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Whoever inserts, an entry commits whole: all its lines, each on an account of its asset, and
-- every asset at zero. Accounts are never deleted, so no lock on them is needed.
CREATE FUNCTION ledger_entry_is_whole() RETURNS trigger LANGUAGE plpgsql
-- planned once: a plan that knows the time prunes partitions itself, but is made anew each time
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_lines bigint;
    v_known bigint;
    v_balanced boolean;
BEGIN
    SELECT sum(per.lines), sum(per.known), bool_and(per.units = 0)
      INTO v_lines, v_known, v_balanced
      FROM (SELECT count(*) AS lines, sum(p.units) AS units,
                   count(*) FILTER (WHERE p.asset =
                       (SELECT a.asset FROM ledger_account a WHERE a.id = p.account_id)) AS known
              FROM ledger_posting p
             WHERE p.entry_id = NEW.id AND p.booked_at = NEW.booked_at
             GROUP BY p.asset) per;
    IF v_lines IS DISTINCT FROM NEW.lines OR v_known <> v_lines OR NOT v_balanced THEN
        RAISE EXCEPTION 'entry % is not whole: % of % lines, % on known accounts, balanced: %',
            NEW.key, coalesce(v_lines, 0), NEW.lines, coalesce(v_known, 0), v_balanced
            USING ERRCODE = 'TL005';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_entry_whole AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_whole();

-- ------------------------------------------------------------------ what writes it

-- Lines come in account order, so that balances are always locked in one order.
CREATE FUNCTION ledger_post(
    p_key text, p_kind text, p_shop_id uuid, p_refs jsonb, p_hash bytea,
    p_happened_at timestamptz, p_accounts text[], p_assets text[], p_units numeric[],
    p_covered boolean, p_repeatable boolean, p_reverses uuid DEFAULT NULL,
    OUT entry_id uuid, OUT entry_key text, OUT created boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_booked_at timestamptz := clock_timestamp();
    v_lines integer := cardinality(p_accounts);
    v_key text := p_key;
    v_round integer := 1;
    v_id uuid;
    v_old record;
    v_account record;
    v_accounts bigint[];
    v_shop uuid;
    v_shop_asset text;
    v_available numeric := 0;
    v_reserved numeric := 0;
BEGIN
    LOOP
        INSERT INTO ledger_entry (id, key, kind, shop_id, lines, payload_hash, refs, happened_at,
                                  booked_at, reverses_id)
            VALUES (uuidv7(), v_key, p_kind, p_shop_id, v_lines, p_hash, p_refs, p_happened_at,
                    v_booked_at, p_reverses)
            ON CONFLICT (key) DO NOTHING RETURNING id INTO v_id;
        EXIT WHEN v_id IS NOT NULL;
        SELECT e.id, e.payload_hash,
               EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id) AS reversed
          INTO v_old FROM ledger_entry e WHERE e.key = v_key;
        IF NOT v_old.reversed THEN
            IF v_old.payload_hash <> p_hash THEN
                RAISE EXCEPTION 'another entry has the key %', v_key USING ERRCODE = 'TL002';
            END IF;
            entry_id := v_old.id;
            entry_key := v_key;
            created := false;
            RETURN;
        END IF;
        IF NOT p_repeatable THEN
            RAISE EXCEPTION 'the entry % was reversed', v_key USING ERRCODE = 'TL002';
        END IF;
        -- a chain came back to a block it had left: the same fact happens again
        v_round := v_round + 1;
        v_key := p_key || '~' || v_round;
    END LOOP;

    FOR i IN 1..v_lines LOOP
        SELECT a.id, a.shop_id, a.side INTO v_account
          FROM ledger_account a WHERE a.name = p_accounts[i] AND a.asset = p_assets[i];
        IF NOT FOUND THEN
            INSERT INTO ledger_account (name, asset) VALUES (p_accounts[i], p_assets[i])
                ON CONFLICT (name, asset) DO NOTHING;
            SELECT a.id, a.shop_id, a.side INTO v_account
              FROM ledger_account a WHERE a.name = p_accounts[i] AND a.asset = p_assets[i];
        END IF;
        v_accounts[i] := v_account.id;
        CONTINUE WHEN v_account.shop_id IS NULL;

        IF (v_shop, v_shop_asset) <> (v_account.shop_id, p_assets[i]) THEN
            PERFORM ledger_move_balance(v_shop, v_shop_asset, v_available, v_reserved, p_accounts,
                p_assets, p_units, p_kind, p_happened_at, p_covered, p_key);
            v_available := 0;
            v_reserved := 0;
        END IF;
        v_shop := v_account.shop_id;
        v_shop_asset := p_assets[i];
        IF v_account.side = 'available' THEN
            v_available := v_available - p_units[i];
        ELSE
            v_reserved := v_reserved - p_units[i];
        END IF;
    END LOOP;
    IF v_shop IS NOT NULL THEN
        PERFORM ledger_move_balance(v_shop, v_shop_asset, v_available, v_reserved, p_accounts,
            p_assets, p_units, p_kind, p_happened_at, p_covered, p_key);
    END IF;
    INSERT INTO ledger_posting (entry_id, line, lines, booked_at, account_id, asset, units, shop_id)
        SELECT v_id, l.line, v_lines, v_booked_at, l.account_id, l.asset, l.units, p_shop_id
          FROM unnest(v_accounts, p_assets, p_units) WITH ORDINALITY l (account_id, asset, units, line);
    entry_id := v_id;
    entry_key := v_key;
    created := true;
END
$$;

-- Move what a shop is owed of one asset, and its daily sum.
CREATE FUNCTION ledger_move_balance(
    p_shop uuid, p_asset text, p_available numeric, p_reserved numeric, p_accounts text[],
    p_assets text[], p_units numeric[], p_kind text, p_happened_at timestamptz, p_covered boolean,
    p_key text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_day date := (p_happened_at AT TIME ZONE 'UTC')::date;
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
    UPDATE ledger_shop_day
       SET entries = entries + 1, available = available + p_available,
           reserved = reserved + p_reserved, fees = fees + v_fees
     WHERE shop_id = p_shop AND day = v_day AND asset = p_asset AND kind = p_kind
       AND shard = v_shard;
    IF NOT FOUND THEN
        INSERT INTO ledger_shop_day
                (shop_id, day, asset, kind, shard, entries, available, reserved, fees)
            VALUES (p_shop, v_day, p_asset, p_kind, v_shard, 1, p_available, p_reserved, v_fees);
    END IF;
END
$$;

CREATE FUNCTION ledger_reverse(
    p_key text, p_reversal_key text, p_happened_at timestamptz,
    OUT entry_id uuid, OUT entry_key text, OUT created boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_old ledger_entry;
    v_accounts text[];
    v_assets text[];
    v_units numeric[];
BEGIN
    SELECT * INTO v_old FROM ledger_entry e WHERE e.key = p_key;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no entry has the key %', p_key USING ERRCODE = 'TL003';
    END IF;
    SELECT array_agg(a.name ORDER BY p.line), array_agg(a.asset ORDER BY p.line),
           array_agg(-p.units ORDER BY p.line)
      INTO v_accounts, v_assets, v_units
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE p.entry_id = v_old.id AND p.booked_at = v_old.booked_at;
    SELECT p.entry_id, p.entry_key, p.created INTO entry_id, entry_key, created FROM ledger_post(
        p_reversal_key, v_old.kind || '_reversed', v_old.shop_id, v_old.refs,
        sha256(convert_to('reverses ' || v_old.id, 'UTF8')), p_happened_at,
        v_accounts, v_assets, v_units, false, false, v_old.id) p;
END
$$;

-- ------------------------------------------------------------------ upkeep

CREATE FUNCTION ledger_ensure_partitions(p_from date, p_months integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_month date := date_trunc('month', p_from)::date;
    v_start timestamptz;
    v_end timestamptz;
    v_name text;
    v_made integer := 0;
BEGIN
    FOR i IN 1..p_months LOOP
        v_name := 'ledger_posting_' || to_char(v_month, 'YYYY_MM');
        v_start := v_month::timestamp AT TIME ZONE 'UTC';
        v_month := (v_month + interval '1 month')::date;
        v_end := v_month::timestamp AT TIME ZONE 'UTC';
        CONTINUE WHEN to_regclass(v_name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE ledger_posting INCLUDING ALL)', v_name);
        -- what came in before its month had a partition moves into it
        LOCK TABLE ledger_posting IN ACCESS EXCLUSIVE MODE;
        IF EXISTS (SELECT 1 FROM ledger_posting_default
                    WHERE booked_at >= v_start AND booked_at < v_end) THEN
            ALTER TABLE ledger_posting_default DISABLE TRIGGER ledger_posting_keep;
            EXECUTE format(
                'WITH moved AS (DELETE FROM ledger_posting_default'
                ' WHERE booked_at >= %L AND booked_at < %L RETURNING *)'
                ' INSERT INTO %I SELECT * FROM moved', v_start, v_end, v_name);
            ALTER TABLE ledger_posting_default ENABLE TRIGGER ledger_posting_keep;
        END IF;
        EXECUTE format('ALTER TABLE ledger_posting ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       v_name, v_start, v_end);
        EXECUTE format('CREATE TRIGGER ledger_posting_keep_all BEFORE TRUNCATE ON %I'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', v_name);
        v_made := v_made + 1;
    END LOOP;
    RETURN v_made;
END
$$;
SELECT ledger_ensure_partitions((now() AT TIME ZONE 'UTC')::date, 3);

-- Sums of house accounts up to an hour ago, or to the start of the oldest transaction that is
-- still open if that is earlier: nothing can be booked before that any more.
CREATE FUNCTION ledger_take_snapshots() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_through timestamptz;
    v_taken integer;
BEGIN
    SELECT least(clock_timestamp() - interval '1 hour', min(xact_start)) INTO v_through
      FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid();
    INSERT INTO ledger_snapshot AS s (account_id, through, units)
        SELECT a.id, v_through, coalesce(s.units, 0) + sum(p.units)
          FROM ledger_account a
          LEFT JOIN ledger_snapshot s ON s.account_id = a.id
          JOIN ledger_posting p ON p.account_id = a.id
               AND p.booked_at >= coalesce(s.through, '-infinity') AND p.booked_at < v_through
         WHERE a.shop_id IS NULL
         GROUP BY a.id, s.units
        ON CONFLICT (account_id) DO UPDATE
           SET through = EXCLUDED.through, units = EXCLUDED.units
         WHERE s.through < EXCLUDED.through;
    GET DIAGNOSTICS v_taken = ROW_COUNT;
    RETURN v_taken;
END
$$;
