-- What leaves is checked where it is asked for. A payment that a reorg takes back later must still
-- be possible, so nothing here looks at payments.
CREATE FUNCTION refunds_never_more_than_was_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_paid numeric;
    v_taken numeric;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.invoice_id, NEW.kind, NEW.claim_id, NEW.part_units, NEW.taken_units, NEW.worth_units)
           IS DISTINCT FROM
           (OLD.invoice_id, OLD.kind, OLD.claim_id, OLD.part_units, OLD.taken_units, OLD.worth_units)
        THEN
            RAISE EXCEPTION 'what refund % gives back is fixed', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_is_what_was_asked_for';
        END IF;
        IF OLD.status IN ('completed', 'expired', 'rejected') AND NEW.status <> OLD.status THEN
            RAISE EXCEPTION 'refund % is over', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_ends_once';
        END IF;
        RETURN NEW;
    END IF;

    -- Refunds of one invoice are asked for one after another, whoever asks.
    PERFORM 1 FROM invoices_invoice WHERE id = NEW.invoice_id FOR UPDATE;
    IF NEW.claim_id IS NOT NULL THEN
        IF NOT EXISTS (
            SELECT 1 FROM invoices_claim c
             WHERE c.id = NEW.claim_id AND c.invoice_id = NEW.invoice_id
               AND c.reversed_at IS NULL AND c.units = NEW.token_units
               AND c.asset = NEW.token_asset)
        THEN
            RAISE EXCEPTION 'refund % is not what is owed', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_of_what_is_owed';
        END IF;
        RETURN NEW;
    END IF;
    SELECT coalesce(sum(p.credited_units + p.fee_units), 0) INTO v_paid
      FROM invoices_payment p WHERE p.invoice_id = NEW.invoice_id AND p.reversed_at IS NULL;
    SELECT coalesce(sum(r.part_units), 0) INTO v_taken
      FROM refunds_refund r
     WHERE r.invoice_id = NEW.invoice_id AND r.status NOT IN ('expired', 'rejected');
    IF v_taken + NEW.part_units > v_paid THEN
        RAISE EXCEPTION 'refunds of invoice % would be more than was paid', NEW.invoice_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_never_more_than_was_paid';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER refunds_never_more_than_was_paid BEFORE INSERT OR UPDATE ON refunds_refund
    FOR EACH ROW EXECUTE FUNCTION refunds_never_more_than_was_paid();
