-- Months that are closed for good: nothing may be said to have happened in them any more.

CREATE TABLE ledger_period (
    name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[0-9]{4}-[0-9]{2}$'),
    starts_at timestamptz NOT NULL UNIQUE,
    ends_at timestamptz NOT NULL UNIQUE,
    -- the end of the one before; the first has none, and closes all that was before it
    follows timestamptz UNIQUE REFERENCES ledger_period (ends_at) CHECK (follows = starts_at),
    entry_id uuid UNIQUE REFERENCES ledger_entry (id),
    closed_by text NOT NULL CHECK (closed_by <> ''),
    reference text NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (ends_at > starts_at),
    -- what is booked within an hour of its happening needs no look at this table
    CHECK (closed_at - ends_at >= interval '1 hour')
);
CREATE UNIQUE INDEX ledger_period_first ON ledger_period ((true)) WHERE follows IS NULL;
CREATE TRIGGER ledger_period_keep BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_period_keep_all BEFORE TRUNCATE ON ledger_period
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a close waits for whoever books late, and who books late for it
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_period'));
    IF EXISTS (SELECT 1 FROM ledger_period WHERE ends_at > NEW.happened_at) THEN
        RAISE EXCEPTION '% happened at %, in a closed period', NEW.key, NEW.happened_at
            USING ERRCODE = 'TL008', HINT = 'A correction is a new entry of today.';
    END IF;
    RETURN NEW;
END
$$;
-- the condition is judged without calling the function: booking as things happen costs nothing
CREATE TRIGGER ledger_entry_period BEFORE INSERT ON ledger_entry FOR EACH ROW
    WHEN (NEW.happened_at < clock_timestamp() - interval '1 hour')
    EXECUTE FUNCTION ledger_period_is_open();

-- Entries whose two times are more than an hour apart: few, and found by when they happened.
CREATE INDEX ledger_entry_displaced ON ledger_entry (happened_at, booked_at)
    WHERE booked_at - happened_at NOT BETWEEN interval '-1 hour' AND interval '1 hour';

-- ------------------------------------------------------------------ balances of old days

-- The sum of an account's postings booked before the start of a UTC day, where it changed since
-- the mark before.
CREATE TABLE ledger_marked (through timestamptz PRIMARY KEY);
CREATE TABLE ledger_mark (
    account_id bigint NOT NULL REFERENCES ledger_account (id),
    through timestamptz NOT NULL REFERENCES ledger_marked (through),
    units numeric(78, 0) NOT NULL,
    PRIMARY KEY (account_id, through)
);

-- Mark the latest UTC midnight that nothing can be booked before any more.
CREATE FUNCTION ledger_mark_day() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_last timestamptz;
    v_through timestamptz;
    v_made integer;
BEGIN
    LOCK TABLE ledger_marked IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(through) INTO v_last FROM ledger_marked;
    SELECT least(clock_timestamp() - interval '1 hour', min(xact_start)) INTO v_through
      FROM pg_stat_activity
     WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database();
    v_through := date_trunc('day', v_through, 'UTC');
    IF v_through <= v_last THEN
        RETURN 0;
    END IF;
    INSERT INTO ledger_marked (through) VALUES (v_through);
    INSERT INTO ledger_mark (account_id, through, units)
        SELECT moved.account_id, v_through, moved.units + coalesce((
                   SELECT m.units FROM ledger_mark m WHERE m.account_id = moved.account_id
                    ORDER BY m.through DESC LIMIT 1), 0)
          FROM (SELECT p.account_id, sum(p.units) AS units FROM ledger_posting p
                 WHERE p.booked_at >= coalesce(v_last, '-infinity') AND p.booked_at < v_through
                 GROUP BY p.account_id) moved;
    GET DIAGNOSTICS v_made = ROW_COUNT;
    RETURN v_made;
END
$$;
