-- What was written of a report, handed in and read stays as it is.
CREATE FUNCTION compliance_reporting_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of reports stays: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'TL005', HINT = 'A correction is a new row.';
END
$$;
CREATE TRIGGER reportcontent_keep BEFORE UPDATE OR DELETE ON compliance_reporting_reportcontent
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_refuse_change();
CREATE TRIGGER reportfile_keep BEFORE UPDATE OR DELETE ON compliance_reporting_reportfile
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_refuse_change();
CREATE TRIGGER reportreading_keep BEFORE UPDATE OR DELETE ON compliance_reporting_reportreading
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_refuse_change();

-- A report's way: what two people agreed to is not changed behind them, and nothing is handed in
-- that was not written.
CREATE FUNCTION compliance_reporting_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        IF NEW.version <> OLD.version AND NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'report % is no draft any more', NEW.id USING ERRCODE = 'TL005';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'proposed'), ('proposed', 'draft'), ('proposed', 'approved'),
        ('approved', 'draft'), ('approved', 'filed'), ('filed', 'draft'),
        ('filed', 'acknowledged'), ('acknowledged', 'corrected'))
    THEN
        RAISE EXCEPTION 'report % does not go from % to %', NEW.id, OLD.state, NEW.state
            USING ERRCODE = 'TL005';
    END IF;
    IF NEW.version <> OLD.version THEN
        RAISE EXCEPTION 'report % changes as it is passed on', NEW.id USING ERRCODE = 'TL005';
    END IF;
    IF NEW.state = 'filed' AND NOT EXISTS (
        SELECT 1 FROM compliance_reporting_reportfile f
         WHERE f.report_id = NEW.id AND f.written_at >= NEW.approved_at)
    THEN
        RAISE EXCEPTION 'report % has no file of what was approved', NEW.id
            USING ERRCODE = 'TL005';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER report_way BEFORE UPDATE ON compliance_reporting_report
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_way();

CREATE FUNCTION compliance_reporting_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a report begins as a draft' USING ERRCODE = 'TL005';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER report_first BEFORE INSERT ON compliance_reporting_report
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_first();

CREATE FUNCTION compliance_reporting_content_of_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT r.state FROM compliance_reporting_report r WHERE r.id = NEW.report_id) <> 'draft'
    THEN
        RAISE EXCEPTION 'report % is no draft any more', NEW.report_id USING ERRCODE = 'TL005';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER reportcontent_of_draft BEFORE INSERT ON compliance_reporting_reportcontent
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_content_of_draft();

CREATE FUNCTION compliance_reporting_file_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT r.state FROM compliance_reporting_report r WHERE r.id = NEW.report_id) <> 'approved'
    THEN
        RAISE EXCEPTION 'report % is not approved', NEW.report_id USING ERRCODE = 'TL005';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER reportfile_of_approved BEFORE INSERT ON compliance_reporting_reportfile
    FOR EACH ROW EXECUTE FUNCTION compliance_reporting_file_of_approved();
