-- What was observed stays as it is.
CREATE FUNCTION compliance_scenarios_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was observed stays: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'TL004', HINT = 'Something else that happened is a new row.';
END
$$;
CREATE TRIGGER observation_keep BEFORE UPDATE OR DELETE ON compliance_scenarios_observationrow
    FOR EACH ROW EXECUTE FUNCTION compliance_scenarios_refuse_change();

-- A version says for ever what it said; it goes only forward; and it is live by an act on which two
-- people agreed about this very table.
CREATE FUNCTION compliance_scenarios_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'version % stays', OLD.id USING ERRCODE = 'TL004';
    END IF;
    IF NEW.content_hash <> sha256(convert_to(NEW.content, 'UTF8')) THEN
        RAISE EXCEPTION 'version % is not what its hash says', NEW.id USING ERRCODE = 'TL004';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.content, NEW.scenario, NEW.number, NEW.subject, NEW.note,
                             NEW.written_at) IS DISTINCT FROM
                            (OLD.content, OLD.scenario, OLD.number, OLD.subject, OLD.note,
                             OLD.written_at)
       OR TG_OP = 'UPDATE' AND NEW.author IS DISTINCT FROM OLD.author THEN
        RAISE EXCEPTION 'version % can not be rewritten', NEW.id
            USING ERRCODE = 'TL004', HINT = 'A change is a new version.';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'version % does not begin as a draft', NEW.id USING ERRCODE = 'TL004';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state
       AND array_position(ARRAY['draft', 'shadow', 'live', 'retired'], NEW.state)
           < array_position(ARRAY['draft', 'shadow', 'live', 'retired'], OLD.state) THEN
        RAISE EXCEPTION 'version % can not go back to %', NEW.id, NEW.state
            USING ERRCODE = 'TL004';
    END IF;
    IF NEW.state = 'live' AND NOT EXISTS (
        SELECT 1 FROM approvals_act a
         WHERE a.id = NEW.act_id AND a.kind = 'scenario_live'
           AND a.maker = NEW.maker AND a.checker = NEW.checker
           AND a.state IN ('approved', 'carried_out')
           AND a.payload::jsonb ->> 'version_id' = NEW.id::text
           AND a.payload::jsonb ->> 'sha256' = encode(NEW.content_hash, 'hex'))
    THEN
        RAISE EXCEPTION 'version % is live by no act of two people', NEW.id
            USING ERRCODE = 'TL004';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER version_guard BEFORE INSERT OR UPDATE OR DELETE
    ON compliance_scenarios_scenarioversion
    FOR EACH ROW EXECUTE FUNCTION compliance_scenarios_version();
