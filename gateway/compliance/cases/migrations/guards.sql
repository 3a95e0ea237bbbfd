-- What was written down stays as it is.
CREATE FUNCTION compliance_cases_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is recorded of cases stays: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'TL004', HINT = 'A correction is a new row.';
END
$$;
CREATE TRIGGER casealert_keep BEFORE UPDATE OR DELETE ON compliance_cases_casealert
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
CREATE TRIGGER casenote_keep BEFORE UPDATE OR DELETE ON compliance_cases_casenote
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
CREATE TRIGGER casesnapshot_keep BEFORE UPDATE OR DELETE ON compliance_cases_casesnapshot
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
CREATE TRIGGER casedecision_keep BEFORE UPDATE OR DELETE ON compliance_cases_casedecision
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
CREATE TRIGGER recordentry_keep BEFORE UPDATE OR DELETE ON compliance_cases_recordentry
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
CREATE TRIGGER recordday_keep BEFORE UPDATE OR DELETE ON compliance_cases_recordday
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();
-- The value of a commitment can be erased, and not be made another.
CREATE TRIGGER recordopening_keep BEFORE UPDATE ON compliance_cases_recordopening
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_refuse_change();

-- An entry follows the one before it, whoever writes it.
CREATE FUNCTION compliance_cases_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.previous IS DISTINCT FROM coalesce(
        (SELECT e.hash FROM compliance_cases_recordentry e WHERE e.number = NEW.number - 1),
        CASE WHEN NEW.number = 1 THEN repeat('0', 64) END)
    THEN
        RAISE EXCEPTION 'entry % of the record follows none', NEW.number USING ERRCODE = 'TL004';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER recordentry_follows BEFORE INSERT ON compliance_cases_recordentry
    FOR EACH ROW EXECUTE FUNCTION compliance_cases_chain();

-- A case is closed by a decision of two people, which the web can't write, and never over money
-- that still waits for one of its own.
CREATE FUNCTION compliance_cases_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM compliance_cases_casedecision d
         WHERE d.case_id = NEW.id AND d.maker = NEW.maker AND d.checker = NEW.checker
           AND d.disposition = NEW.disposition AND d.snapshot_id = (
               SELECT s.id FROM compliance_cases_casesnapshot s WHERE s.case_id = NEW.id
                ORDER BY s.id DESC LIMIT 1))
    THEN
        RAISE EXCEPTION 'case % is closed by no decision', NEW.id USING ERRCODE = 'TL004';
    END IF;
    IF NEW.about LIKE 'deposit:%' AND EXISTS (
        SELECT 1 FROM compliance_hold h
         WHERE h.deposit_id = split_part(NEW.about, ':', 2)::uuid AND h.approved_at IS NULL)
    THEN
        RAISE EXCEPTION 'case % has money that waits for a decision', NEW.id
            USING ERRCODE = 'TL004';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER case_close BEFORE INSERT OR UPDATE OF state ON compliance_cases_case
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION compliance_cases_close();
