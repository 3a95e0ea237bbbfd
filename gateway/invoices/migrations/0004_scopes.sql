-- A shopper's link: the invoice, and what its shop's sessions may see from then on; nothing if there
-- is none. It works as the owner: who holds the id is nobody that we know.
CREATE FUNCTION invoices_open(p_id uuid) RETURNS SETOF invoices_invoice
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_invoice invoices_invoice;
BEGIN
    SELECT * INTO v_invoice FROM invoices_invoice i WHERE i.id = p_id;
    PERFORM set_config('tillway.shop', coalesce(v_invoice.shop_id::text, ''), false);
    IF v_invoice.id IS NOT NULL THEN
        RETURN NEXT v_invoice;
    END IF;
END
$$;

-- Whose invoice it is; null if there is none. It opens nothing.
CREATE FUNCTION invoices_shop_of(p_id uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT i.shop_id FROM invoices_invoice i WHERE i.id = p_id);

-- As before, but as the owner of the tables, whom no policy slows down: whether the shop is the
-- caller's is asked once.
CREATE OR REPLACE FUNCTION invoices_issue(
    p_asked jsonb, p_book text, p_share boolean,
    OUT outcome text, OUT invoice_id uuid, OUT is_duplicate_order boolean, OUT full_assets text[]
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$  -- decisions 8, 14
DECLARE
    a record;
    v_open numeric;
    v_exceptions text[] := '{}';
BEGIN
    SELECT * INTO a FROM jsonb_to_record(p_asked) AS x (
        id uuid, shop_id uuid, mode text, currency text, amount_units numeric,
        settlement_asset text, address bytea, asked_at timestamptz, lock_end timestamptz,
        monitoring_end timestamptz, poll_until timestamptz, order_id text, external_key text,
        metadata jsonb, created_by text, salt bytea, factory_address bytea, factory_version text,
        exposed_assets text[], exposed_units numeric[], exposed_caps numeric[], shard integer,
        max_open_units numeric,
        refused_feeds text[], feed_stale_seconds integer, event_id uuid, event_body jsonb,
        event_handlers text[]);
    PERFORM tillway_must_see(a.shop_id);
    is_duplicate_order := false;
    full_assets := '{}';
    IF a.external_key <> '' THEN
        SELECT i.id INTO invoice_id FROM invoices_invoice i
         WHERE i.shop_id = a.shop_id AND i.external_key = a.external_key;
        IF FOUND THEN
            outcome := 'exists';
            RETURN;
        END IF;
    END IF;

    IF compliance_feed_state(a.asked_at, a.feed_stale_seconds) = ANY (a.refused_feeds) THEN
        outcome := 'screening_unavailable';
        RETURN;
    END IF;

    -- Sales of a shop that commit at the same moment don't see each other: the cap may be passed
    -- by as many, which is cheaper than having every till of a shop wait for the others.
    SELECT coalesce(sum(e.units), 0) INTO v_open FROM invoices_shopexposure e
     WHERE e.shop_id = a.shop_id AND e.minute >= a.asked_at;
    IF v_open + a.amount_units > a.max_open_units THEN
        outcome := 'lock_cap_reached';
        RETURN;
    END IF;

    IF a.order_id <> '' THEN
        is_duplicate_order := EXISTS (
            SELECT 1 FROM invoices_invoice i
             WHERE i.shop_id = a.shop_id AND i.order_id = a.order_id AND i.order_id <> ''
               AND i.status IN ('waiting', 'partial', 'processing', 'paid'));
        IF is_duplicate_order THEN
            v_exceptions := '{duplicate_order}';
            a.event_body := jsonb_set(a.event_body, '{exceptions}', '["duplicate_order"]');
        END IF;
    END IF;

    SELECT t.outcome, t.full_assets INTO outcome, full_assets
      FROM market_exposure_take(
          a.exposed_assets, a.exposed_units, a.exposed_caps, a.asked_at, a.lock_end, a.shard,
          p_share) AS t;
    IF outcome <> 'taken' THEN
        RETURN;
    END IF;

    -- A request that is running with the same key is waited for here, by the unique index.
    INSERT INTO invoices_invoice (
        id, shop_id, mode, status, exceptions, release_goods, currency, amount_units,
        settlement_asset, credited_units, book, received, address, lock_end, monitoring_end,
        judge_at, time_over, monitoring_over, mark, marked_by, locks_open, duplicate_order,
        order_id, external_key, metadata, created_by, created_at)
    VALUES (
        a.id, a.shop_id, a.mode, 'waiting', v_exceptions, 'wait', a.currency, a.amount_units,
        a.settlement_asset, 0, p_book, '[]', a.address, a.lock_end, a.monitoring_end,
        a.lock_end, false, false, '', '', true, is_duplicate_order,
        a.order_id, a.external_key, a.metadata, a.created_by, a.asked_at)
    ON CONFLICT (shop_id, external_key) WHERE external_key <> '' DO NOTHING;
    IF NOT FOUND THEN
        SELECT i.id INTO invoice_id FROM invoices_invoice i
         WHERE i.shop_id = a.shop_id AND i.external_key = a.external_key;
        -- The room that was taken comes back when rooms are shared out again.
        PERFORM market_exposure_add(
            a.exposed_assets,
            ARRAY(SELECT -u.units FROM unnest(a.exposed_units) WITH ORDINALITY AS u (units, place)
                   ORDER BY u.place),
            a.lock_end, a.shard);
        outcome := 'exists';
        RETURN;
    END IF;

    INSERT INTO chains_depositaddress (
        address, mode, salt, factory_address, factory_version, shop_id, invoice_id, terms_hash,
        created_at, poll_until, watch_until)
    VALUES (
        a.address, a.mode, a.salt, a.factory_address, a.factory_version, a.shop_id, a.id, a.salt,
        a.asked_at, a.poll_until, a.monitoring_end);

    PERFORM invoices_shop_exposure_add(a.shop_id, a.amount_units, a.lock_end, a.shard);
    PERFORM events_emit(
        a.event_id, a.asked_at, 'invoice.created', a.mode, a.shop_id, 'invoice:' || a.id,
        a.event_body, a.event_handlers);
    outcome := 'issued';
    invoice_id := a.id;
END
$$;
