"""Locks are counted by one function, so that an invoice's own statement can call it."""

from django.db import migrations

ADD = """
CREATE FUNCTION market_exposure_add(
    p_assets text[], p_units numeric[], p_lock_end timestamptz, p_shard int
) RETURNS void LANGUAGE sql AS $$
    -- In the order of their keys: two sales never wait for each other in a ring.
    INSERT INTO market_lockexposure AS e (asset, minute, shard, units)
    SELECT x.asset,
           date_bin('1 minute', p_lock_end + interval '59.999999 seconds', 'epoch'),
           p_shard,
           x.units
      FROM unnest(p_assets, p_units) AS x (asset, units)
     ORDER BY x.asset
    ON CONFLICT (asset, minute, shard) DO UPDATE SET units = e.units + excluded.units
$$;
-- Counters are updated far more often than made: leave room for the update on the same page.
ALTER TABLE market_lockexposure SET (fillfactor = 50);
"""

REMOVE = """
DROP FUNCTION market_exposure_add(text[], numeric[], timestamptz, int);
ALTER TABLE market_lockexposure RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    operations = [migrations.RunSQL(ADD, REMOVE)]
