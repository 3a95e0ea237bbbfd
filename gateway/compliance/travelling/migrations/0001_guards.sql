-- What was agreed with a provider, told to one, or proven stays as it was.
CREATE FUNCTION travel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER travel_message_kept BEFORE UPDATE OR DELETE ON compliance_travelling_exchangemessage
    FOR EACH ROW EXECUTE FUNCTION travel_refuse_change();
CREATE TRIGGER travel_proof_kept BEFORE UPDATE OR DELETE ON compliance_travelling_walletproof
    FOR EACH ROW EXECUTE FUNCTION travel_refuse_change();

-- A version of a provider ends, once, and changes in nothing else.
CREATE FUNCTION travel_counterparty_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL
       AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a version of a provider only ends' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER travel_counterparty_kept
    BEFORE UPDATE OR DELETE ON compliance_travelling_counterparty
    FOR EACH ROW EXECUTE FUNCTION travel_counterparty_only_ends();
