-- A subject's key is what keeps its data readable: while a legal hold stands, nobody deletes it.
CREATE FUNCTION compliance_knowing_key_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM compliance_knowing_legalhold h
                WHERE h.subject_id = OLD.subject_id AND h.lifted_at IS NULL) THEN
        RAISE EXCEPTION 'a legal hold keeps subject %', OLD.subject_id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'knowing_key_under_legal_hold';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER compliance_knowing_key_kept BEFORE DELETE ON compliance_knowing_subjectkey
    FOR EACH ROW EXECUTE FUNCTION compliance_knowing_key_kept();
