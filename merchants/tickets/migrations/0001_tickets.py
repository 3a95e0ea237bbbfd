"""Tickets, what is on them and what paid them."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

NO_DISCOUNT_BEYOND_ALL = models.Q(
    ("discount_kind__in", ("", "percent", "amount")), ("discount_value__gte", 0)
) & models.Q(
    models.Q(("discount_kind", "percent"), _negated=True),
    ("discount_value__lte", 1_000_000),
    _connector="OR",
)


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.UUIDField(default=gateway.events.ids.uuid7, primary_key=True, serialize=False),
    )


def _to(model: str, name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to=f"tickets.{model}"
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                (
                    "currency",
                    models.TextField(help_text="ISO 4217; the shop's when it was opened"),
                ),
                ("state", models.TextField(default="open")),
                (
                    "label",
                    models.CharField(blank=True, help_text="a table, a name", max_length=40),
                ),
                ("discount_kind", models.TextField(blank=True, default="")),
                (
                    "discount_value",
                    gateway.money.fields.UnitsField(
                        default=0, help_text="parts of a million, or minor units"
                    ),
                ),
                (
                    "goods_units",
                    gateway.money.fields.UnitsField(
                        default=0, help_text="lines, discounts and taxes; no tip"
                    ),
                ),
                ("tip_units", gateway.money.fields.UnitsField(default=0)),
                ("paid_units", gateway.money.fields.UnitsField(default=0)),
                (
                    "repeats_id",
                    models.UUIDField(help_text="the ticket whose lines it began with", null=True),
                ),
                ("opened_by", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("parked_at", models.DateTimeField(null=True)),
                (
                    "ended_at",
                    models.DateTimeField(help_text="when it was paid or voided", null=True),
                ),
                ("voided_by", models.TextField(blank=True, default="")),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "-id"], name="ticket_of_shop"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["shop_id", "opened_at"],
                        name="ticket_not_ended",
                    ),
                    models.Index(
                        condition=models.Q(("state", "paid")),
                        fields=["shop_id", "-ended_at"],
                        name="ticket_last_paid",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("open", "parked", "paying", "paid", "void"))
                        ),
                        name="ticket_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))), name="ticket_mode"
                    ),
                    models.CheckConstraint(
                        condition=NO_DISCOUNT_BEYOND_ALL, name="ticket_discount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("goods_units__gte", 0), ("paid_units__gte", 0), ("tip_units__gte", 0)
                        ),
                        name="ticket_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "paid"), _negated=True),
                            (
                                "paid_units__gte",
                                models.expressions.CombinedExpression(
                                    models.F("goods_units"), "+", models.F("tip_units")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_paid_is_covered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("parked_at__isnull", False), ("state", "parked")),
                            models.Q(
                                models.Q(("state", "parked"), _negated=True),
                                ("parked_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_parked_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ("paid", "void"))),
                            models.Q(
                                models.Q(("state__in", ("paid", "void")), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_ended_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paid_units", 0),
                                ("state", "void"),
                                models.Q(("void_reason", ""), _negated=True),
                                models.Q(("voided_by", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "void"), _negated=True),
                                ("void_reason", ""),
                                ("voided_by", ""),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_void_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("shop_id", models.UUIDField()),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "item_id",
                    models.UUIDField(help_text="null: an amount typed on the keypad", null=True),
                ),
                ("item_version", models.PositiveIntegerField(null=True)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("price_units", gateway.money.fields.UnitsField(help_text="of one, as listed")),
                ("tax_ppm", models.PositiveIntegerField()),
                ("tax_included", models.BooleanField()),
                ("quantity", models.PositiveIntegerField(help_text="thousandths")),
                (
                    "modifiers",
                    models.JSONField(default=list, help_text="[{group, name, delta_units}]"),
                ),
                ("discount_kind", models.TextField(blank=True, default="")),
                ("discount_value", gateway.money.fields.UnitsField(default=0)),
                ("added_by", models.TextField()),
                ("added_at", models.DateTimeField()),
                ("removed_by", models.TextField(blank=True, default="")),
                ("removed_at", models.DateTimeField(null=True)),
                ("ticket", _to("ticket", "lines")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "position"), name="ticket_line_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_units__gte", 0),
                            ("quantity__gt", 0),
                            ("tax_ppm__lte", 1_000_000),
                        ),
                        name="ticket_line_sane",
                    ),
                    models.CheckConstraint(
                        condition=NO_DISCOUNT_BEYOND_ALL, name="ticket_line_discount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("item_id__isnull", True), ("item_version__isnull", True)),
                            models.Q(("item_id__isnull", False), ("item_version__isnull", False)),
                            _connector="OR",
                        ),
                        name="ticket_line_of_an_item_in_its_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketPart",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("number", models.PositiveSmallIntegerField(help_text="1 …")),
                ("goods_units", gateway.money.fields.UnitsField()),
                ("tip_units", gateway.money.fields.UnitsField(default=0)),
                ("paid_units", gateway.money.fields.UnitsField(default=0)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("ticket", _to("ticket", "parts")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True)),
                        fields=("ticket", "number"),
                        name="ticket_part_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("goods_units__gte", 0),
                            ("number__gte", 1),
                            ("paid_units__gte", 0),
                            ("tip_units__gte", 0),
                        ),
                        name="ticket_part_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("dropped_at__isnull", True), ("paid_units", 0), _connector="OR"
                        ),
                        name="ticket_part_dropped_without_money",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartDemand",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("invoice_id", models.UUIDField(unique=True)),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        help_text="1 …: how often the part was asked for"
                    ),
                ),
                ("units", gateway.money.fields.UnitsField(help_text="minor units asked for")),
                ("status", models.TextField(help_text="the invoice's, as last heard of")),
                (
                    "tender",
                    models.TextField(default="", help_text="card or tokens; '' before any money"),
                ),
                ("paid_units", gateway.money.fields.UnitsField(default=0)),
                (
                    "coming",
                    models.BooleanField(
                        default=False, help_text="money was seen that isn't credited yet"
                    ),
                ),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("part", _to("ticketpart", "demands")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("part", "number"), name="part_demand_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_units__gte", 0),
                            ("paid_units__lte", models.F("units")),
                            ("units__gt", 0),
                        ),
                        name="part_demand_pays_no_more",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CashTake",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("key", models.CharField(help_text="of the tap that took it", max_length=100)),
                ("currency", models.TextField()),
                ("given_units", gateway.money.fields.UnitsField()),
                (
                    "counted_units",
                    gateway.money.fields.UnitsField(help_text="that pay what was due"),
                ),
                (
                    "rounding_units",
                    gateway.money.fields.UnitsField(
                        help_text="that the smallest coin added, or took off"
                    ),
                ),
                ("tip_units", gateway.money.fields.UnitsField(help_text="left of the change")),
                ("change_units", gateway.money.fields.UnitsField(help_text="that went back")),
                ("taken_by", models.TextField()),
                ("taken_at", models.DateTimeField()),
                ("part", _to("ticketpart", "takes")),
            ],
            options={
                "indexes": [models.Index(fields=["shop_id", "taken_at"], name="cash_take_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "key"), name="cash_take_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "given_units",
                                models.F("counted_units")
                                + models.F("rounding_units")
                                + models.F("tip_units")
                                + models.F("change_units"),
                            ),
                            ("counted_units__gte", 0),
                            ("given_units__gte", 0),
                            ("tip_units__gte", 0),
                            ("change_units__gte", 0),
                        ),
                        name="cash_take_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TicketAct",
            fields=[
                _id(),
                ("shop_id", models.UUIDField()),
                ("key", models.CharField(max_length=100)),
                ("kind", models.TextField()),
                ("said", models.JSONField(help_text="what was asked for")),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("ticket", _to("ticket", "acts")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "key"), name="ticket_act_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True), name="ticket_act_has_a_key"
                    ),
                ],
            },
        ),
        KeepShopsApart("tickets_ticket"),
        KeepShopsApart("tickets_ticketline"),
        KeepShopsApart("tickets_ticketpart"),
        KeepShopsApart("tickets_partdemand"),
        KeepShopsApart("tickets_cashtake"),
        KeepShopsApart("tickets_ticketact"),
    ]
