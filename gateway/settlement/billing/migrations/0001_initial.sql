-- A number is the next one of its series, whatever the row says; a transaction that comes to nothing
-- gives it back, since the series' row goes back with it. What was issued stays as it is.
CREATE FUNCTION billing_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revision > 0 AND NEW.kind = 'invoice' AND NOT EXISTS (
        SELECT 1 FROM billing_feedocument d
         WHERE d.shop_id = NEW.shop_id AND d.month = NEW.month
           AND d.kind = 'credit_note' AND d.revision = NEW.revision - 1) THEN
        RAISE EXCEPTION 'the month % has an invoice that stands', NEW.month;
    END IF;
    INSERT INTO billing_feeseries AS s (mode, last) VALUES (NEW.mode, 1)
        ON CONFLICT (mode) DO UPDATE SET last = s.last + 1
        RETURNING last INTO NEW.number;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_number BEFORE INSERT ON billing_feedocument
    FOR EACH ROW EXECUTE FUNCTION billing_number();

CREATE FUNCTION billing_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was issued stays as it is: % is refused', TG_OP;
END $$;
CREATE TRIGGER billing_is_kept BEFORE UPDATE OR DELETE ON billing_feedocument
    FOR EACH ROW EXECUTE FUNCTION billing_is_kept();
CREATE FUNCTION billing_series_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.last <> OLD.last + 1 OR NEW.mode <> OLD.mode THEN
        RAISE EXCEPTION 'a series of numbers has no gaps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_series_goes_on BEFORE UPDATE OR DELETE ON billing_feeseries
    FOR EACH ROW EXECUTE FUNCTION billing_series_goes_on();
