-- A report that was written stays as it is, and so does cash that was written down.
CREATE FUNCTION shifts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a shift came to stays: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'A correction is another cash movement.';
END
$$;
CREATE TRIGGER z_report_keep BEFORE UPDATE OR DELETE ON shifts_zreport
    FOR EACH ROW EXECUTE FUNCTION shifts_refuse_change();
CREATE TRIGGER cash_move_keep BEFORE UPDATE OR DELETE ON shifts_cashmove
    FOR EACH ROW EXECUTE FUNCTION shifts_refuse_change();

-- Numbers of a till's reports have no gaps, whoever writes one.
CREATE FUNCTION shifts_number_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> 1 + coalesce(
        (SELECT max(z.number) FROM shifts_zreport z WHERE z.till_id = NEW.till_id), 0)
    THEN
        RAISE EXCEPTION 'report % of till % follows none', NEW.number, NEW.till_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER z_report_follows BEFORE INSERT ON shifts_zreport
    FOR EACH ROW EXECUTE FUNCTION shifts_number_follows();

-- A closed shift stays closed, with its count; no shift is deleted.
CREATE FUNCTION shifts_shift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a shift is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL
        OR (NEW.id, NEW.shop_id, NEW.till_id, NEW.currency, NEW.opened_by, NEW.opened_at,
            NEW.float_units)
        IS DISTINCT FROM
           (OLD.id, OLD.shop_id, OLD.till_id, OLD.currency, OLD.opened_by, OLD.opened_at,
            OLD.float_units)
    THEN
        RAISE EXCEPTION 'what a shift began with, and a closed one, never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER shift_guard BEFORE UPDATE OR DELETE ON shifts_shift
    FOR EACH ROW EXECUTE FUNCTION shifts_shift_guard();

-- Into a closed shift comes nothing more.
CREATE FUNCTION shifts_open_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.shift_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM shifts_shift s WHERE s.id = NEW.shift_id
                       AND (s.closed_at IS NOT NULL OR s.shop_id <> NEW.shop_id))
    THEN
        RAISE EXCEPTION 'shift % takes nothing more', NEW.shift_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cash_move_in_time BEFORE INSERT ON shifts_cashmove
    FOR EACH ROW EXECUTE FUNCTION shifts_open_only();
CREATE TRIGGER taking_in_time BEFORE INSERT OR UPDATE ON shifts_taking
    FOR EACH ROW EXECUTE FUNCTION shifts_open_only();

-- A taking is put into a shift once, and is otherwise as its event told it.
CREATE FUNCTION shifts_taking_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.shift_id IS NOT NULL
        OR to_jsonb(NEW) - 'shift_id' IS DISTINCT FROM to_jsonb(OLD) - 'shift_id'
    THEN
        RAISE EXCEPTION 'a taking is put into a shift once and never changes'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER taking_guard BEFORE UPDATE OR DELETE ON shifts_taking
    FOR EACH ROW EXECUTE FUNCTION shifts_taking_guard();
