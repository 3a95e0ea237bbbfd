"""Shops' logos and colours."""

from django.db import migrations, models

from gateway.tenancy.operations import KeepShopsApart

# Whose page a customer looks at is nobody that we know: a logo is asked for by its own name, which
# only that page tells.
LOGO = """
CREATE FUNCTION branding_logo(p_shop uuid, p_tag text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT b.logo FROM branding_shopbrand b
         WHERE b.shop_id = p_shop AND b.logo_tag = p_tag AND p_tag <> '');
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="ShopBrand",
            fields=[
                ("shop_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "accent",
                    models.TextField(
                        default="", help_text="six hexadecimal digits; '': the house's"
                    ),
                ),
                ("logo", models.BinaryField(help_text="PNG, drawn by us", null=True)),
                (
                    "logo_tag",
                    models.TextField(default="", help_text="names this very logo; '': none"),
                ),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accent", ""), ("accent__regex", "^[0-9a-f]{6}$"), _connector="OR"
                        ),
                        name="brand_accent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("logo__isnull", True), ("logo_tag", "")),
                            models.Q(
                                ("logo__isnull", False), ("logo_tag__regex", "^[0-9a-f]{32}$")
                            ),
                            _connector="OR",
                        ),
                        name="brand_logo_named",
                    ),
                ]
            },
        ),
        KeepShopsApart("branding_shopbrand"),
        migrations.RunSQL(LOGO, "DROP FUNCTION branding_logo(uuid, text);"),
    ]
