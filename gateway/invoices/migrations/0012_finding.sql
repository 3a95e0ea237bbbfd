-- These work as the owner of the tables and ask once whose shop it is: behind a policy the database
-- uses no index for what may tell of other shops' rows by its errors, as comparing numbers might.

-- Invoices whose number ends so, newest first: lower-case hexadecimal.
CREATE FUNCTION invoices_of_number(p_shop uuid, p_end text, p_most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    PERFORM tillway_must_see(p_shop);
    RETURN QUERY
    WITH found AS MATERIALIZED (  -- all there are: so the index of numbers is the cheapest way
        SELECT i.id FROM invoices_invoice i
         WHERE i.shop_id = p_shop
           AND reverse(right(i.id::text, 12)) COLLATE "C" >= reverse(p_end)
           AND reverse(right(i.id::text, 12)) COLLATE "C" < reverse(p_end) || 'g')
    SELECT f.id FROM found f ORDER BY f.id DESC LIMIT p_most;
END
$$;

-- Invoices over one of these amounts, in minor units of the currency, newest first.
CREATE FUNCTION invoices_of_amount(
    p_shop uuid, p_currency text, p_units numeric[], p_most integer
) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    PERFORM tillway_must_see(p_shop);
    RETURN QUERY
    SELECT x.id FROM unnest(p_units) AS u (units)
     CROSS JOIN LATERAL (
        SELECT i.id FROM invoices_invoice i
         WHERE i.shop_id = p_shop AND i.amount_units = u.units AND i.currency = p_currency
         ORDER BY i.amount_units DESC, i.id DESC LIMIT p_most) x
     ORDER BY x.id DESC LIMIT p_most;
END
$$;

-- Invoices that a token paid with just so many base units: pairs of an asset and its units.
CREATE FUNCTION invoices_paid_with(
    p_shop uuid, p_assets text[], p_units numeric[], p_most integer
) RETURNS TABLE (invoice_id uuid, asset text, units numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET enable_seqscan = off AS $$
BEGIN
    PERFORM tillway_must_see(p_shop);
    RETURN QUERY
    WITH paid AS MATERIALIZED (
        SELECT DISTINCT p.invoice_id, p.token_asset, p.token_units
          FROM unnest(p_assets, p_units) AS w (asset, units)
          CROSS JOIN LATERAL (
            SELECT y.invoice_id, y.token_asset, y.token_units FROM invoices_payment y
             WHERE y.shop_id = p_shop AND y.token_units = w.units
               AND y.token_asset = w.asset AND y.reversed_at IS NULL
             LIMIT p_most) p)
    SELECT paid.invoice_id, paid.token_asset, paid.token_units FROM paid
     ORDER BY paid.invoice_id DESC LIMIT p_most;
END
$$;
