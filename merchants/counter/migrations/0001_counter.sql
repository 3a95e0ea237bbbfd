-- Who asks beside a till, and in the same statement what their session may see from then on. These
-- work as the owner: before it is known who asks, the web's own role sees no sticker and no display.

-- The sticker behind an address, its till and shop, and what the till shows; nulls if there is none.
-- A replaced one is found too: its page says that it is old.
CREATE FUNCTION counter_sticker_open(
    p_slug text,
    OUT scope text, OUT sticker counter_sticker, OUT till tills_till, OUT shop shops_shop,
    OUT showing counter_showing
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT * INTO sticker FROM counter_sticker s WHERE s.slug = p_slug;
    SELECT * INTO till FROM tills_till t WHERE t.id = sticker.till_id;
    SELECT * INTO shop FROM shops_shop s WHERE s.id = sticker.shop_id;
    IF sticker.replaced_at IS NULL THEN
        SELECT * INTO showing FROM counter_showing w WHERE w.till_id = sticker.till_id;
    END IF;
    scope := coalesce(sticker.shop_id::text, '');
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- The display behind a secret, its till and shop, and what the till shows; nulls if there is none.
-- One that was taken off, or whose till's tablet was, opens nothing.
CREATE FUNCTION counter_display_entered(
    p_token_hash bytea,
    OUT scope text, OUT display counter_display, OUT till tills_till, OUT shop shops_shop,
    OUT showing counter_showing
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT d.* INTO display FROM counter_display d JOIN tills_device v ON v.id = d.device_id
     WHERE d.token_hash = p_token_hash AND d.revoked_at IS NULL AND v.revoked_at IS NULL;
    SELECT * INTO till FROM tills_till t WHERE t.id = display.till_id;
    SELECT * INTO shop FROM shops_shop s WHERE s.id = display.shop_id;
    SELECT * INTO showing FROM counter_showing w WHERE w.till_id = display.till_id;
    scope := coalesce(display.shop_id::text, '');
    PERFORM set_config('tillway.shop', scope, false);
END
$$;

-- The display that a code would pair; nulls if there is none. A code that was used, replaced or that
-- has expired, or whose tablet was taken off, pairs nothing.
CREATE FUNCTION counter_display_code_found(
    p_code_hash bytea, p_now timestamptz, OUT scope text, OUT display counter_display
) LANGUAGE plpgsql SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    SELECT d.* INTO display FROM counter_display d JOIN tills_device v ON v.id = d.device_id
     WHERE d.code_hash = p_code_hash AND d.paired_at IS NULL AND d.revoked_at IS NULL
       AND d.code_until > p_now AND v.revoked_at IS NULL;
    scope := coalesce(display.shop_id::text, '');
    PERFORM set_config('tillway.shop', scope, false);
END
$$;
