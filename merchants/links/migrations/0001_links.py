"""Payment links and the invoices that came of them, each seen in its shop's scope; and how somebody
who holds a link's address opens it."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
import merchants.links.slugs
from gateway.tenancy.operations import KeepShopsApart

OPEN = """
-- A payer's link: the link, and what its shop's sessions may see from then on; nothing if there is
-- none. It works as the owner: who holds the address is nobody that we know.
CREATE FUNCTION links_open(p_slug text) RETURNS SETOF links_paymentlink
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_link links_paymentlink;
BEGIN
    SELECT * INTO v_link FROM links_paymentlink l WHERE l.slug = p_slug;
    PERFORM set_config('tillway.shop', coalesce(v_link.shop_id::text, ''), false);
    IF v_link.id IS NOT NULL THEN
        RETURN NEXT v_link;
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("invoices", "0008_shard_turns"),
        ("shops", "0001_initial"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                (
                    "mode",
                    models.TextField(
                        help_text="the shop's when it was made: test money stays test money"
                    ),
                ),
                (
                    "slug",
                    models.TextField(
                        default=merchants.links.slugs.slug_make,
                        help_text="stands in its address",
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.TextField(help_text="'link' or 'donation': the words differ"),
                ),
                ("title", models.TextField()),
                ("note", models.TextField(default="", help_text="plain text")),
                (
                    "currency",
                    models.TextField(help_text="the shop's pricing currency when it was made"),
                ),
                (
                    "amount_units",
                    gateway.money.fields.UnitsField(
                        help_text="minor units; null: the payer chooses", null=True
                    ),
                ),
                (
                    "minimum_units",
                    gateway.money.fields.UnitsField(
                        help_text="the least that they may choose", null=True
                    ),
                ),
                ("maximum_units", gateway.money.fields.UnitsField(help_text="the most", null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "sales_limit",
                    models.IntegerField(
                        help_text="paid sales after which it is sold out", null=True
                    ),
                ),
                ("status", models.TextField(default="open", help_text="as a person decided")),
                (
                    "drawn",
                    models.IntegerField(default=0, help_text="invoices that came of it, ever"),
                ),
                (
                    "sold",
                    models.IntegerField(default=0, help_text="of them, those that are paid"),
                ),
                (
                    "taken_units",
                    gateway.money.fields.UnitsField(
                        default=0, help_text="what those ask for together"
                    ),
                ),
                (
                    "external_key",
                    models.TextField(default="", help_text="the maker's name for this wish"),
                ),
                ("made_by", models.TextField(help_text="user:<id> or api_key:<id>")),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "id"], name="link_of_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_key", ""), _negated=True),
                        fields=("shop", "external_key"),
                        name="link_external_key_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))), name="link_mode"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("link", "donation"))), name="link_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("open", "paused", "closed"))),
                        name="link_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slug__regex", "^[23456789bcdfghjkmnpqrstvwxyz]{12}$")),
                        name="link_slug",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("title"), 120
                            ),
                        ),
                        name="link_title",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.LessThanOrEqual(
                            django.db.models.functions.text.Length("note"), 500
                        ),
                        name="link_note",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount_units__gt", 0),
                                ("amount_units__isnull", False),
                                ("maximum_units__isnull", True),
                                ("minimum_units__isnull", True),
                            ),
                            models.Q(
                                ("amount_units__isnull", True),
                                ("maximum_units__gte", models.F("minimum_units")),
                                ("maximum_units__isnull", False),
                                ("minimum_units__gt", 0),
                                ("minimum_units__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="link_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sales_limit__isnull", True),
                            models.Q(("sales_limit__gte", 1), ("sales_limit__lte", 1000000)),
                            _connector="OR",
                        ),
                        name="link_sales_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sold__gte", 0),
                            ("sold__lte", models.F("drawn")),
                            ("taken_units__gte", 0),
                        ),
                        name="link_sold_of_drawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("status", "closed")),
                            models.Q(
                                models.Q(("status", "closed"), _negated=True),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="link_closed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkInvoice",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="invoices.invoice",
                    ),
                ),
                ("shop_id", models.UUIDField()),
                (
                    "units",
                    gateway.money.fields.UnitsField(help_text="minor units that it asks for"),
                ),
                (
                    "browser",
                    models.BinaryField(
                        help_text=("SHA-256 of the link and a random word that its browser keeps"),
                        max_length=32,
                    ),
                ),
                (
                    "counts",
                    models.BooleanField(default=False, help_text="whether it is among the sold"),
                ),
                (
                    "drawn_at",
                    models.DateTimeField(help_text="first, or anew by its payer"),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoices",
                        to="links.paymentlink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["link", "invoice"], name="link_invoice_of_link"),
                    models.Index(
                        condition=models.Q(("counts", False)),
                        fields=["shop_id", "drawn_at"],
                        name="link_invoice_unpaid",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="link_invoice_positive"
                    ),
                ],
            },
        ),
        KeepShopsApart("links_paymentlink"),
        KeepShopsApart("links_linkinvoice"),
        migrations.RunSQL(OPEN, "DROP FUNCTION links_open(text);"),
    ]
