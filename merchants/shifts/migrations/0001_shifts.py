"""Shifts, what they took, their cash, and the reports that close them."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

_TENDERS = ("tokens", "card", "cash")
_KINDS = ("paid", "taken_back", "refunded")
_CASH_KINDS = ("sale", "refund", "in", "out")
GUARDS = Path(__file__).with_name("guards.sql")
UNDO = """
DROP TRIGGER taking_guard ON shifts_taking;
DROP TRIGGER taking_in_time ON shifts_taking;
DROP TRIGGER cash_move_in_time ON shifts_cashmove;
DROP TRIGGER shift_guard ON shifts_shift;
DROP TRIGGER z_report_follows ON shifts_zreport;
DROP TRIGGER cash_move_keep ON shifts_cashmove;
DROP TRIGGER z_report_keep ON shifts_zreport;
DROP FUNCTION shifts_taking_guard();
DROP FUNCTION shifts_open_only();
DROP FUNCTION shifts_shift_guard();
DROP FUNCTION shifts_number_follows();
DROP FUNCTION shifts_refuse_change();
"""


def _id():
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def _to(model, related_name, **options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **options
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope"), ("tills", "0001_tills")]

    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("till", _to("tills.till", "shifts")),
                ("currency", models.TextField(help_text="of the drawer: ISO 4217")),
                ("opened_by", models.UUIDField(help_text="a person")),
                ("opened_at", models.DateTimeField()),
                (
                    "float_units",
                    gateway.money.fields.UnitsField(
                        help_text="cash in the drawer at its beginning"
                    ),
                ),
                ("closed_by", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "counted_units",
                    gateway.money.fields.UnitsField(
                        help_text="cash in the drawer at its end", null=True
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        help_text="when people heard that it was left open", null=True
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="shift_by_shop")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("till",),
                        name="shift_one_open_of_a_till",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("float_units__gte", 0)), name="shift_float_is_cash"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                                ("counted_units__isnull", True),
                            ),
                            models.Q(
                                ("closed_at__gte", models.F("opened_at")),
                                ("closed_by__isnull", False),
                                ("counted_units__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="shift_closed_with_a_count",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Taking",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("till", _to("tills.till", "+")),
                ("shift", _to("shifts.shift", "takings", null=True)),
                ("invoice_id", models.UUIDField()),
                (
                    "source",
                    models.CharField(
                        help_text="what it tells of, once", max_length=80, unique=True
                    ),
                ),
                (
                    "tender",
                    models.CharField(choices=[(one, one) for one in _TENDERS], max_length=6),
                ),
                ("kind", models.CharField(choices=[(one, one) for one in _KINDS], max_length=10)),
                ("currency", models.TextField(help_text="ISO 4217")),
                (
                    "units",
                    gateway.money.fields.UnitsField(
                        help_text="minor units, with a minus where they went back"
                    ),
                ),
                ("tax_units", gateway.money.fields.UnitsField(default=0)),
                ("tip_units", gateway.money.fields.UnitsField(default=0)),
                ("asset", models.TextField(help_text="in which the shop is credited")),
                ("credited_units", gateway.money.fields.UnitsField(default=0)),
                ("fee_units", gateway.money.fields.UnitsField(default=0)),
                (
                    "token",
                    models.TextField(blank=True, help_text="what was paid with; empty for a card"),
                ),
                ("token_units", gateway.money.fields.UnitsField(default=0)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("shift__isnull", True)),
                        fields=["till"],
                        name="taking_of_no_shift_yet",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tender__in", ("tokens", "card"))), name="taking_tender"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", _KINDS)), name="taking_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "paid"), ("units__gte", 0)),
                            models.Q(models.Q(("kind", "paid"), _negated=True), ("units__lte", 0)),
                            _connector="OR",
                        ),
                        name="taking_has_its_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashMove",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("shift", _to("shifts.shift", "moves")),
                (
                    "kind",
                    models.CharField(choices=[(one, one) for one in _CASH_KINDS], max_length=6),
                ),
                (
                    "units",
                    gateway.money.fields.UnitsField(
                        help_text="minor units of the drawer's currency, whichever way"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "draft",
                    models.CharField(
                        help_text="the form's name for it: sent twice is once", max_length=64
                    ),
                ),
                ("made_by", models.UUIDField(help_text="a person")),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shift", "draft"), name="cash_move_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", _CASH_KINDS)), name="cash_move_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("units__gt", 0)), name="cash_move_is_cash"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "sale"),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cash_move_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ZReport",
            fields=[
                ("id", _id()),
                ("shop_id", models.UUIDField()),
                ("till", _to("tills.till", "z_reports")),
                (
                    "shift",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="z_report",
                        to="shifts.shift",
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 … of its till")),
                ("body", models.JSONField(help_text="presenters.report_body")),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "-id"], name="z_report_by_shop")],
                "constraints": [
                    models.UniqueConstraint(fields=("till", "number"), name="z_report_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="z_report_from_one"
                    ),
                ],
            },
        ),
        KeepShopsApart("shifts_shift"),
        KeepShopsApart("shifts_taking"),
        KeepShopsApart("shifts_cashmove"),
        KeepShopsApart("shifts_zreport"),
        migrations.RunSQL(GUARDS.read_text(encoding="utf-8"), UNDO),
    ]
