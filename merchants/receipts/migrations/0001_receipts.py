"""Receipts and credit notes numbered without gaps, and their ways out; each seen in its shop's
scope, and opened by whoever holds an address."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import merchants.receipts.models
from gateway.tenancy.operations import KeepShopsApart

GUARDS = Path(__file__).with_name("0001_receipts.sql")
UNDO = """
DROP FUNCTION receipts_open(text);
DROP TRIGGER receipts_series_begins ON receipts_series;
DROP TRIGGER receipts_series_goes_on ON receipts_series;
DROP TRIGGER receipts_is_kept ON receipts_document;
DROP TRIGGER receipts_number ON receipts_document;
DROP FUNCTION receipts_series_begins();
DROP FUNCTION receipts_series_goes_on();
DROP FUNCTION receipts_refuse_change();
DROP FUNCTION receipts_number();
"""
_MODES = ("test", "live")
_KINDS = ("receipt", "credit_note")
_UNDER_WAY = ("waiting", "sending")


def _id():
    return models.UUIDField(default=gateway.events.ids.uuid7, primary_key=True, serialize=False)


def _way(name):
    """What a print and a mail have both."""
    return [
        ("id", _id()),
        ("shop_id", models.UUIDField()),
        ("key", models.CharField(max_length=100)),
        ("is_copy", models.BooleanField()),
        ("language", models.CharField(max_length=10)),
        ("state", models.TextField(default="waiting")),
        ("attempts", models.PositiveSmallIntegerField(default=0)),
        (
            "due_at",
            models.DateTimeField(help_text="when to try; while sending, when the lease ends"),
        ),
        (
            "error",
            models.TextField(default="", help_text="code of the last attempt's failure"),
        ),
        ("asked_by", models.TextField()),
        ("asked_at", models.DateTimeField()),
        ("ended_at", models.DateTimeField(null=True)),
        (
            "document",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name=name,
                to="receipts.document",
            ),
        ),
    ]


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope"), ("tills", "0001_tills")]

    operations = [
        migrations.CreateModel(
            name="Heading",
            fields=[
                ("shop_id", models.UUIDField(primary_key=True, serialize=False)),
                ("legal_name", models.CharField(blank=True, max_length=120)),
                (
                    "address",
                    models.CharField(blank=True, help_text="in lines", max_length=240),
                ),
                ("tax_number", models.CharField(blank=True, max_length=40)),
                ("footer", models.CharField(blank=True, help_text="in lines", max_length=400)),
                (
                    "language",
                    models.CharField(
                        blank=True, help_text="of paper; empty: the till's", max_length=10
                    ),
                ),
                ("changed_by", models.UUIDField(help_text="a person")),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop_id",
                        "mode",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                ("kind", models.TextField()),
                ("last", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                ("kind", models.TextField()),
                (
                    "number",
                    models.PositiveIntegerField(default=0, help_text="the database's"),
                ),
                (
                    "source",
                    models.CharField(
                        help_text=("what it tells of, once: invoice:, ticket:, refund:<id> …"),
                        max_length=60,
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=merchants.receipts.models.token_make, max_length=32, unique=True
                    ),
                ),
                ("body", models.JSONField(help_text="papers.Paper")),
                ("issued_at", models.DateTimeField()),
                (
                    "receipt",
                    models.ForeignKey(
                        help_text="of a credit note: the receipt that it goes with",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="receipts.document",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="receipt_of_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "mode", "kind", "number"), name="receipt_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("shop_id", "source"), name="receipt_source_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", _KINDS), ("mode__in", _MODES)),
                        name="receipt_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "receipt"), ("receipt__isnull", True)),
                            models.Q(("kind", "credit_note"), ("receipt__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipt_note_goes_with_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Printer",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("name", models.CharField(max_length=60)),
                (
                    "host",
                    models.CharField(help_text="its address in numbers", max_length=45),
                ),
                ("port", models.PositiveIntegerField()),
                (
                    "columns",
                    models.PositiveSmallIntegerField(help_text="characters on a line"),
                ),
                ("charset", models.TextField(default="latin")),
                ("added_by", models.UUIDField(help_text="a person")),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "till",
                    models.ForeignKey(
                        help_text="null: every till's",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tills.till",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=["shop_id"],
                        name="printer_of_shop",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("shop_id", "name"),
                        name="printer_of_one_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("host", ""), _negated=True),
                        ),
                        name="printer_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charset__in", ("latin", "gb18030")),
                            ("columns__in", (32, 42, 48)),
                            ("port__gte", 1),
                            ("port__lt", 65_536),
                        ),
                        name="printer_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrintJob",
            fields=[
                *_way("prints"),
                (
                    "printer",
                    models.ForeignKey(
                        help_text="null: by the browser that asked",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="receipts.printer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", _UNDER_WAY)),
                        fields=["due_at"],
                        name="print_due",
                    ),
                    models.Index(fields=["document"], name="print_of_document"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "key"), name="print_once_a_tap"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sending")),
                        fields=("printer",),
                        name="print_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("waiting", "sending", "printed", "sent", "failed"))
                        ),
                        name="print_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", _UNDER_WAY)),
                            models.Q(
                                models.Q(("state__in", _UNDER_WAY), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="print_ended_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                *_way("mailings"),
                (
                    "sealed_for",
                    models.TextField(help_text="whose key opens the address: that of its day"),
                ),
                (
                    "address",
                    models.BinaryField(help_text="sealed; null once the mail has ended", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", _UNDER_WAY)),
                        fields=["due_at"],
                        name="receipt_mail_due",
                    ),
                    models.Index(fields=["document"], name="receipt_mail_of_document"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "key"), name="receipt_mail_once_a_tap"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "sending", "sent", "failed"))),
                        name="receipt_mail_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("address__isnull", False),
                                ("ended_at__isnull", True),
                                ("state__in", _UNDER_WAY),
                            ),
                            models.Q(
                                models.Q(("state__in", _UNDER_WAY), _negated=True),
                                ("address__isnull", True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_mail_forgets_its_address",
                    ),
                ],
            },
        ),
        KeepShopsApart("receipts_heading"),
        KeepShopsApart("receipts_series"),
        KeepShopsApart("receipts_document"),
        KeepShopsApart("receipts_printer"),
        KeepShopsApart("receipts_printjob"),
        KeepShopsApart("receipts_mailing"),
        migrations.RunSQL(GUARDS.read_text(encoding="utf-8"), UNDO),
    ]
