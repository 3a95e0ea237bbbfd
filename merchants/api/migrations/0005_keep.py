"""An answer is kept by the statement that makes what it tells of. A key that is kept already
raises, and undoes that statement."""

from django.db import migrations

CREATE = """
CREATE FUNCTION api_keep(
    p_shop_id uuid, p_key text, p_fingerprint bytea, p_status integer, p_content_type text,
    p_location text, p_sealed boolean, p_body bytea, p_created_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO api_idempotency
        (shop_id, key, fingerprint, status, content_type, location, sealed, body, created_at)
    VALUES (p_shop_id, p_key, p_fingerprint, p_status, p_content_type, p_location, p_sealed,
            p_body, p_created_at);
END
$$;
"""
DROP = """
DROP FUNCTION api_keep(uuid, text, bytea, integer, text, text, boolean, bytea, timestamptz)
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0004_answers_inline")]

    operations = [migrations.RunSQL(CREATE, DROP)]
