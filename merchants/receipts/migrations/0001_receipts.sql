-- A number is the next one of its series, whatever the row says; a transaction that comes to nothing
-- gives it back, since the series' row goes back with it. What was issued stays as it is.
CREATE FUNCTION receipts_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.receipt_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM receipts_document d
         WHERE d.id = NEW.receipt_id AND d.shop_id = NEW.shop_id AND d.kind = 'receipt') THEN
        RAISE EXCEPTION 'a credit note goes with a receipt of its shop'
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO receipts_series AS s (shop_id, mode, kind, last)
        VALUES (NEW.shop_id, NEW.mode, NEW.kind, 1)
        ON CONFLICT (shop_id, mode, kind) DO UPDATE SET last = s.last + 1
        RETURNING last INTO NEW.number;
    RETURN NEW;
END $$;
CREATE TRIGGER receipts_number BEFORE INSERT ON receipts_document
    FOR EACH ROW EXECUTE FUNCTION receipts_number();

CREATE FUNCTION receipts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was issued stays as it is: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER receipts_is_kept BEFORE UPDATE OR DELETE ON receipts_document
    FOR EACH ROW EXECUTE FUNCTION receipts_refuse_change();

CREATE FUNCTION receipts_series_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.last <> OLD.last + 1
        OR (NEW.shop_id, NEW.mode, NEW.kind) IS DISTINCT FROM (OLD.shop_id, OLD.mode, OLD.kind)
        OR pg_trigger_depth() < 2
    THEN
        RAISE EXCEPTION 'a series of numbers has no gaps' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipts_series_goes_on BEFORE UPDATE OR DELETE ON receipts_series
    FOR EACH ROW EXECUTE FUNCTION receipts_series_goes_on();
CREATE FUNCTION receipts_series_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last <> 1 OR pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a series of numbers begins with the first paper'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipts_series_begins BEFORE INSERT ON receipts_series
    FOR EACH ROW EXECUTE FUNCTION receipts_series_begins();

-- A paper's public page: the paper, and what its shop's sessions may see from then on; nothing if
-- there is none. It works as the owner: who holds the address is nobody that we know.
CREATE FUNCTION receipts_open(p_token text) RETURNS SETOF receipts_document
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_document receipts_document;
BEGIN
    SELECT * INTO v_document FROM receipts_document d WHERE d.token = p_token;
    PERFORM set_config('tillway.shop', coalesce(v_document.shop_id::text, ''), false);
    IF v_document.id IS NOT NULL THEN
        RETURN NEXT v_document;
    END IF;
END
$$;
