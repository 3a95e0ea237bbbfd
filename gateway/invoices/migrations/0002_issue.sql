-- Counters are updated far more often than made: leave room for the update on the same page.
ALTER TABLE invoices_shopexposure SET (fillfactor = 50);

CREATE FUNCTION invoices_shop_exposure_add(
    p_shop_id uuid, p_units numeric, p_lock_end timestamptz, p_shard integer
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO invoices_shopexposure AS e (shop_id, minute, shard, units)
    VALUES (p_shop_id,
            date_bin('1 minute', p_lock_end + interval '59.999999 seconds', 'epoch'),
            p_shard, p_units)
    ON CONFLICT (shop_id, minute, shard) DO UPDATE SET units = e.units + excluded.units
$$;

CREATE FUNCTION invoices_issue(
    p_id uuid, p_shop_id uuid, p_mode text, p_currency text, p_amount_units numeric,
    p_settlement_asset text, p_book text, p_address bytea, p_now timestamptz,
    p_lock_end timestamptz, p_monitoring_end timestamptz, p_poll_until timestamptz,
    p_order_id text, p_external_key text, p_metadata jsonb, p_created_by text,
    p_salt bytea, p_factory_address bytea, p_factory_version text,
    p_exposed_assets text[], p_exposed_units numeric[], p_shard integer,
    p_max_open_units numeric, p_refused_feeds text[], p_feed_stale_seconds integer,
    p_event_id uuid, p_event_body jsonb, p_event_handlers text[],
    OUT outcome text, OUT invoice_id uuid, OUT is_duplicate_order boolean
) LANGUAGE plpgsql AS $$
DECLARE
    v_open numeric;
    v_exceptions text[] := '{}';
BEGIN
    is_duplicate_order := false;
    IF p_external_key <> '' THEN
        SELECT i.id INTO invoice_id FROM invoices_invoice i
         WHERE i.shop_id = p_shop_id AND i.external_key = p_external_key;
        IF FOUND THEN
            outcome := 'exists';
            RETURN;
        END IF;
    END IF;

    IF compliance_feed_state(p_now, p_feed_stale_seconds) = ANY (p_refused_feeds) THEN
        outcome := 'screening_unavailable';
        RETURN;
    END IF;

    -- Sales of a shop that commit at the same moment don't see each other: the cap may be passed
    -- by as many, which is cheaper than having every till of a shop wait for the others.
    SELECT coalesce(sum(e.units), 0) INTO v_open FROM invoices_shopexposure e
     WHERE e.shop_id = p_shop_id AND e.minute >= p_now;
    IF v_open + p_amount_units > p_max_open_units THEN
        outcome := 'lock_cap_reached';
        RETURN;
    END IF;

    IF p_order_id <> '' THEN
        is_duplicate_order := EXISTS (
            SELECT 1 FROM invoices_invoice i
             WHERE i.shop_id = p_shop_id AND i.order_id = p_order_id AND i.order_id <> ''
               AND i.status IN ('waiting', 'partial', 'processing', 'paid'));
        IF is_duplicate_order THEN
            v_exceptions := '{duplicate_order}';
            p_event_body := jsonb_set(p_event_body, '{exceptions}', '["duplicate_order"]');
        END IF;
    END IF;

    -- A request that is running with the same key is waited for here, by the unique index.
    INSERT INTO invoices_invoice (
        id, shop_id, mode, status, exceptions, release_goods, currency, amount_units,
        settlement_asset, credited_units, book, received, address, lock_end, monitoring_end,
        judge_at, time_over, monitoring_over, mark, marked_by, locks_open, duplicate_order,
        order_id, external_key, metadata, created_by, created_at)
    VALUES (
        p_id, p_shop_id, p_mode, 'waiting', v_exceptions, 'wait', p_currency, p_amount_units,
        p_settlement_asset, 0, p_book, '[]', p_address, p_lock_end, p_monitoring_end,
        p_lock_end, false, false, '', '', true, is_duplicate_order,
        p_order_id, p_external_key, p_metadata, p_created_by, p_now)
    ON CONFLICT (shop_id, external_key) WHERE external_key <> '' DO NOTHING;
    IF NOT FOUND THEN
        SELECT i.id INTO invoice_id FROM invoices_invoice i
         WHERE i.shop_id = p_shop_id AND i.external_key = p_external_key;
        outcome := 'exists';
        RETURN;
    END IF;

    INSERT INTO chains_depositaddress (
        address, mode, salt, factory_address, factory_version, shop_id, invoice_id, terms_hash,
        created_at, poll_until, watch_until)
    VALUES (
        p_address, p_mode, p_salt, p_factory_address, p_factory_version, p_shop_id, p_id, p_salt,
        p_now, p_poll_until, p_monitoring_end);

    PERFORM invoices_shop_exposure_add(p_shop_id, p_amount_units, p_lock_end, p_shard);
    PERFORM market_exposure_add(p_exposed_assets, p_exposed_units, p_lock_end, p_shard);
    PERFORM events_emit(
        p_event_id, p_now, 'invoice.created', p_mode, p_shop_id, 'invoice:' || p_id,
        p_event_body, p_event_handlers);
    outcome := 'issued';
    invoice_id := p_id;
END
$$;
