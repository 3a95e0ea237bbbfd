"""Moves from another program, and the past invoices that they brought."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

STATES = ["looking", "choosing", "reading", "done", "failed", "stopped"]
UNDER_WAY = ["looking", "choosing", "reading"]


def _id() -> models.UUIDField:
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("source", models.TextField()),
                ("way", models.TextField()),
                ("state", models.TextField()),
                (
                    "url",
                    models.TextField(default="", help_text="of the old server; '' of a file"),
                ),
                ("key_sealed", models.BinaryField(null=True)),
                (
                    "store_id",
                    models.TextField(default="", help_text="the old server's; '': not known yet"),
                ),
                (
                    "found",
                    models.JSONField(
                        default=dict, help_text="stores, and the store with its webhooks"
                    ),
                ),
                ("chosen", models.JSONField(default=dict, help_text="what the merchant takes")),
                (
                    "zone",
                    models.TextField(
                        default="UTC", help_text="of moments that a file names without one"
                    ),
                ),
                ("with_transactions", models.BooleanField(default=True)),
                ("with_emails", models.BooleanField(default=False)),
                (
                    "items_read",
                    models.IntegerField(default=0, help_text="products of the list that are done"),
                ),
                ("items_done", models.BooleanField(default=False)),
                (
                    "rows_read",
                    models.IntegerField(default=0, help_text="invoices of the list that are done"),
                ),
                (
                    "rows_total",
                    models.IntegerField(help_text="if the old server told it", null=True),
                ),
                (
                    "page_first",
                    models.TextField(default="", help_text="id that the last page began with"),
                ),
                ("added", models.IntegerField(default=0)),
                (
                    "known",
                    models.IntegerField(default=0, help_text="kept by an earlier move, the same"),
                ),
                ("unread", models.IntegerField(default=0)),
                ("items_added", models.IntegerField(default=0)),
                ("items_known", models.IntegerField(default=0)),
                (
                    "error",
                    models.TextField(default="", help_text="code; of the last attempt that failed"),
                ),
                (
                    "attempts",
                    models.IntegerField(default=0, help_text="that failed, one after the other"),
                ),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("lease", models.IntegerField(default=0, help_text="counts whoever had it")),
                ("asked_by", models.TextField()),
                ("began_at", models.DateTimeField()),
                (
                    "taken_at",
                    models.DateTimeField(help_text="when the merchant chose", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "swept",
                    models.BooleanField(
                        default=False, help_text="its key and pieces are thrown away"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="move_of_shop"),
                    models.Index(
                        condition=models.Q(("state__in", ("looking", "reading"))),
                        fields=["due_at"],
                        name="move_due",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False), ("swept", False)),
                        fields=["ended_at"],
                        name="move_to_sweep",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ("btcpay", "bitcart"))),
                        name="move_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ("file", "server"))), name="move_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", tuple(STATES))), name="move_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", tuple(UNDER_WAY))),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("key_sealed__isnull", True),
                                models.Q(("state__in", tuple(UNDER_WAY)), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="move_ended_keeps_no_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", tuple(UNDER_WAY))),
                        fields=("shop_id",),
                        name="move_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("box", models.BinaryField()),
                (
                    "move",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="moving.move",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("move", "number"), name="move_piece_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="UnreadRow",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("line", models.IntegerField()),
                ("old_id", models.TextField(default="")),
                ("reason", models.TextField()),
                (
                    "move",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="moving.move",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("move", "kind", "line"), name="unread_row_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("sale", "item"))), name="unread_row_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PastInvoice",
            fields=[
                (
                    "id",
                    models.UUIDField(editable=False, primary_key=True, serialize=False),
                ),
                ("shop_id", models.UUIDField()),
                ("source", models.TextField()),
                (
                    "store_id",
                    models.TextField(default="", help_text="the old program's"),
                ),
                ("old_id", models.TextField()),
                ("order_id", models.TextField(default="")),
                (
                    "units",
                    gateway.money.fields.UnitsField(help_text="of 10 ** -decimals of the currency"),
                ),
                ("decimals", models.SmallIntegerField()),
                (
                    "currency",
                    models.TextField(help_text="as the old program called it"),
                ),
                ("status", models.TextField()),
                (
                    "exceptions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "transactions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "email_box",
                    models.BinaryField(help_text="the buyer's, sealed; null: none", null=True),
                ),
                ("kept_at", models.DateTimeField()),
                (
                    "move",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="moving.move",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="past_invoice_by_time"),
                    models.Index(
                        condition=models.Q(("email_box__isnull", False)),
                        fields=["shop_id", "at"],
                        name="past_invoice_email",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "source", "old_id"), name="past_invoice_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ("btcpay", "bitcart"))),
                        name="past_invoice_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                (
                                    "waiting",
                                    "partial",
                                    "processing",
                                    "paid",
                                    "expired",
                                    "invalid",
                                ),
                            )
                        ),
                        name="past_invoice_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decimals__gte", 0), ("decimals__lte", 36)),
                        name="past_invoice_decimals",
                    ),
                ],
            },
        ),
        KeepShopsApart("moving_move"),
        KeepShopsApart("moving_piece"),
        KeepShopsApart("moving_unreadrow"),
        KeepShopsApart("moving_pastinvoice"),
    ]
