-- The rules of an act's life, for whoever writes rows by hand. Times are this database's own.
CREATE FUNCTION approvals_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment CONSTANT timestamptz := clock_timestamp();
    shop_mode text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'acts are kept for ever' USING ERRCODE = 'restrict_violation';
    END IF;

    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'proposed' OR NEW.checker IS NOT NULL OR NEW.decided_at IS NOT NULL
           OR NEW.not_before IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.ended_by IS NOT NULL THEN
            RAISE EXCEPTION 'an act begins as a proposal' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.origin = 'person') <> (NEW.maker IS NOT NULL) THEN
            RAISE EXCEPTION 'a person proposes it or nobody does' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.shop_id IS NOT NULL THEN
            SELECT mode INTO shop_mode FROM shops_shop WHERE id = NEW.shop_id;
            IF shop_mode IS DISTINCT FROM NEW.mode THEN
                RAISE EXCEPTION 'an act has the mode of its shop' USING ERRCODE = 'restrict_violation';
            END IF;
        END IF;
        NEW.payload_hash := sha256(convert_to(NEW.payload, 'UTF8'));
        NEW.proposed_at := moment;
        NEW.expires_at := moment + make_interval(secs => NEW.lifetime_seconds);
        RETURN NEW;
    END IF;

    IF (NEW.id, NEW.kind, NEW.subject, NEW.shop_id, NEW.mode, NEW.decider, NEW.payload,
        NEW.payload_hash, NEW.origin, NEW.reason, NEW.delay_seconds, NEW.lifetime_seconds,
        NEW.proposed_at)
       IS DISTINCT FROM
       (OLD.id, OLD.kind, OLD.subject, OLD.shop_id, OLD.mode, OLD.decider, OLD.payload,
        OLD.payload_hash, OLD.origin, OLD.reason, OLD.delay_seconds, OLD.lifetime_seconds,
        OLD.proposed_at) THEN
        RAISE EXCEPTION 'what was proposed never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state NOT IN ('proposed', 'approved') THEN
        RAISE EXCEPTION 'this act is over' USING ERRCODE = 'restrict_violation';
    END IF;

    IF OLD.state = 'proposed' AND NEW.state = 'proposed' THEN
        IF OLD.maker IS NOT NULL OR NEW.maker IS NULL OR NEW.checker IS NOT NULL
           OR moment >= OLD.expires_at THEN
            RAISE EXCEPTION 'only who takes an act up is written then'
                USING ERRCODE = 'restrict_violation';
        END IF;
        NEW.decided_at := NULL;
        NEW.not_before := NULL;
        NEW.expires_at := OLD.expires_at;
        RETURN NEW;
    END IF;
    IF NEW.maker IS DISTINCT FROM OLD.maker THEN
        RAISE EXCEPTION 'who proposed it never changes' USING ERRCODE = 'restrict_violation';
    END IF;

    IF OLD.state = 'proposed' AND NEW.state = 'approved' THEN
        IF NEW.maker IS NULL OR NEW.checker IS NULL OR NEW.checker = NEW.maker
           OR moment >= OLD.expires_at THEN
            RAISE EXCEPTION 'a second person approves it, in time'
                USING ERRCODE = 'restrict_violation';
        END IF;
        NEW.decided_at := moment;
        NEW.not_before := moment + make_interval(secs => OLD.delay_seconds);
        NEW.expires_at := NEW.not_before + make_interval(secs => OLD.lifetime_seconds);
        RETURN NEW;
    END IF;
    IF NEW.checker IS DISTINCT FROM OLD.checker THEN
        RAISE EXCEPTION 'who approved it never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.decided_at := OLD.decided_at;
    NEW.not_before := OLD.not_before;
    NEW.expires_at := OLD.expires_at;
    NEW.ended_at := moment;

    IF (OLD.state = 'proposed' AND NEW.state = 'rejected' AND NEW.ended_by IS NOT NULL)
       OR NEW.state = 'cancelled'
       OR (NEW.state = 'expired' AND moment >= OLD.expires_at)
       OR (OLD.state = 'approved' AND NEW.state IN ('carried_out', 'failed')
           AND moment >= OLD.not_before AND moment < OLD.expires_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an act that is % does not become % now', OLD.state, NEW.state
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER approvals_act_guard
    BEFORE INSERT OR UPDATE OR DELETE ON approvals_act
    FOR EACH ROW EXECUTE FUNCTION approvals_act_guard();
