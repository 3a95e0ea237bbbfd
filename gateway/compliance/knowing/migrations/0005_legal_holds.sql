-- A key is what keeps data readable: while a legal hold stands, nobody deletes it.
CREATE OR REPLACE FUNCTION compliance_knowing_key_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM compliance_knowing_legalhold h
                WHERE h.about = 'subject:' || OLD.subject_id AND h.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'a legal hold keeps subject %', OLD.subject_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'knowing_key_under_legal_hold';
    END IF;
    RETURN OLD;
END
$$;
CREATE FUNCTION compliance_sealed_key_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM compliance_knowing_legalhold h
                WHERE h.about = OLD.about AND h.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'a legal hold keeps %', OLD.about
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'sealing_key_under_legal_hold';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER compliance_sealed_key_kept BEFORE DELETE ON compliance_sealed_sealingkey
    FOR EACH ROW EXECUTE FUNCTION compliance_sealed_key_kept();
