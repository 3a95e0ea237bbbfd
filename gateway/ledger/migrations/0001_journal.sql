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
    reverses_id uuid UNIQUE REFERENCES ledger_entry (id),
    UNIQUE (id, booked_at, lines)
);
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
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 15),
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
CREATE FUNCTION ledger_entry_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_lines bigint;
    v_known bigint;
    v_balanced boolean;
BEGIN
    SELECT sum(per.lines), sum(per.known), bool_and(per.units = 0)
      INTO v_lines, v_known, v_balanced
      FROM (SELECT count(*) AS lines, count(a.id) AS known, sum(p.units) AS units
              FROM ledger_posting p
              LEFT JOIN ledger_account a ON a.id = p.account_id AND a.asset = p.asset
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

CREATE FUNCTION ledger_post(
    p_key text, p_kind text, p_shop_id uuid, p_refs jsonb, p_hash bytea,
    p_happened_at timestamptz, p_accounts text[], p_assets text[], p_units numeric[],
    p_covered boolean, p_repeatable boolean, p_reverses uuid DEFAULT NULL
) RETURNS TABLE (entry_id uuid, entry_key text, created boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_booked_at timestamptz := clock_timestamp();
    v_lines integer := cardinality(p_accounts);
    v_key text := p_key;
    v_round integer := 1;
    v_id uuid;
    v_old record;
    v_accounts bigint[];
    v_touches_shop boolean;
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
            RETURN QUERY SELECT v_old.id, v_key, false;
            RETURN;
        END IF;
        IF NOT p_repeatable THEN
            RAISE EXCEPTION 'the entry % was reversed', v_key USING ERRCODE = 'TL002';
        END IF;
        -- a chain came back to a block it had left: the same fact happens again
        v_round := v_round + 1;
        v_key := p_key || '~' || v_round;
    END LOOP;

    FOR attempt IN 1..2 LOOP
        SELECT array_agg(a.id ORDER BY l.line), bool_or(a.shop_id IS NOT NULL)
          INTO v_accounts, v_touches_shop
          FROM unnest(p_accounts, p_assets) WITH ORDINALITY l (name, asset, line)
          JOIN ledger_account a ON a.name = l.name AND a.asset = l.asset;
        EXIT WHEN cardinality(v_accounts) = v_lines;
        INSERT INTO ledger_account (name, asset)
            SELECT DISTINCT l.name, l.asset FROM unnest(p_accounts, p_assets) l (name, asset)
             ORDER BY 1, 2
            ON CONFLICT (name, asset) DO NOTHING;
    END LOOP;

    INSERT INTO ledger_posting (entry_id, line, lines, booked_at, account_id, asset, units, shop_id)
        SELECT v_id, l.line, v_lines, v_booked_at, l.account_id, l.asset, l.units, p_shop_id
          FROM unnest(v_accounts, p_assets, p_units) WITH ORDINALITY l (account_id, asset, units, line);

    IF v_touches_shop THEN
        PERFORM ledger_move_balances(
            v_accounts, p_units, p_kind, (p_happened_at AT TIME ZONE 'UTC')::date,
            p_covered, p_key LIKE 'deposit:%');
    END IF;
    RETURN QUERY SELECT v_id, v_key, true;
END
$$;

-- Balances and daily sums of the shops an entry touches, in account order.
CREATE FUNCTION ledger_move_balances(
    p_accounts bigint[], p_units numeric[], p_kind text, p_day date, p_covered boolean,
    p_from_deposit boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_move record;
    v_shard smallint;
    v_available numeric;
BEGIN
    FOR v_move IN
        WITH line AS (
            SELECT a.name, a.asset, a.shop_id, a.side, -l.units AS units
              FROM unnest(p_accounts, p_units) l (account_id, units)
              JOIN ledger_account a ON a.id = l.account_id)
        SELECT shop_id, asset,
               coalesce(sum(units) FILTER (WHERE side = 'available'), 0) AS available,
               coalesce(sum(units) FILTER (WHERE side = 'reserved'), 0) AS reserved,
               (SELECT coalesce(sum(f.units), 0) FROM line f
                 WHERE f.name = 'fees' AND f.asset = line.asset) AS fees
          FROM line WHERE shop_id IS NOT NULL
         GROUP BY shop_id, asset ORDER BY shop_id, asset
    LOOP
        IF p_covered THEN
            -- all that take money out meet at shard 0; what they then read is settled
            v_shard := 0;
            PERFORM 1 FROM ledger_shop_balance
              WHERE shop_id = v_move.shop_id AND asset = v_move.asset AND shard = 0 FOR UPDATE;
            SELECT sum(available) INTO v_available FROM ledger_shop_balance
             WHERE shop_id = v_move.shop_id AND asset = v_move.asset;
            IF coalesce(v_available, 0) + v_move.available < 0 THEN
                RAISE EXCEPTION 'shop % has % of % available, not %', v_move.shop_id,
                    coalesce(v_available, 0), v_move.asset, -v_move.available
                    USING ERRCODE = 'TL001';
            END IF;
        ELSE
            -- a busy shop's payments spread over rows instead of waiting in line
            SELECT shard INTO v_shard FROM ledger_shop_balance
             WHERE shop_id = v_move.shop_id AND asset = v_move.asset
             ORDER BY shard LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                SELECT count(*) INTO v_shard FROM ledger_shop_balance
                 WHERE shop_id = v_move.shop_id AND asset = v_move.asset;
                IF v_shard > 15 THEN
                    v_shard := floor(random() * 16);
                END IF;
            END IF;
        END IF;
        INSERT INTO ledger_shop_balance AS b
                (shop_id, asset, shard, available, reserved, from_deposits)
            VALUES (v_move.shop_id, v_move.asset, v_shard, v_move.available, v_move.reserved,
                    CASE WHEN p_from_deposit THEN v_move.available ELSE 0 END)
            ON CONFLICT (shop_id, asset, shard) DO UPDATE
               SET available = b.available + EXCLUDED.available,
                   reserved = b.reserved + EXCLUDED.reserved,
                   from_deposits = b.from_deposits + EXCLUDED.from_deposits;
        INSERT INTO ledger_shop_day AS d
                (shop_id, day, asset, kind, shard, entries, available, reserved, fees)
            VALUES (v_move.shop_id, p_day, v_move.asset, p_kind, v_shard, 1, v_move.available,
                    v_move.reserved, v_move.fees)
            ON CONFLICT (shop_id, day, asset, kind, shard) DO UPDATE
               SET entries = d.entries + 1,
                   available = d.available + EXCLUDED.available,
                   reserved = d.reserved + EXCLUDED.reserved,
                   fees = d.fees + EXCLUDED.fees;
    END LOOP;
END
$$;

CREATE FUNCTION ledger_reverse(p_key text, p_reversal_key text, p_happened_at timestamptz)
RETURNS TABLE (entry_id uuid, entry_key text, created boolean) LANGUAGE plpgsql AS $$
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
    RETURN QUERY SELECT * FROM ledger_post(
        p_reversal_key, v_old.kind || '_reversed', v_old.shop_id, v_old.refs,
        sha256(convert_to('reverses ' || v_old.id, 'UTF8')), p_happened_at,
        v_accounts, v_assets, v_units, false, false, v_old.id);
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
