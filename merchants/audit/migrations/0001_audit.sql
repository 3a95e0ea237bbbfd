-- What was written down stays as it is, and for five years it stays.
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '5 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log stays: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'TL009', HINT = 'A correction is a new row.';
END
$$;
CREATE TRIGGER record_keep BEFORE UPDATE OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
