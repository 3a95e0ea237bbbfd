"""Cash that goes back of a paid ticket: never more than stayed of what was taken."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepShopsApart

GUARD = """
CREATE FUNCTION tickets_cash_back_is_left() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_kept numeric;
    v_back numeric;
BEGIN
    SELECT coalesce(sum(t.given_units - t.change_units), 0) INTO v_kept
      FROM tickets_cashtake t JOIN tickets_ticketpart p ON p.id = t.part_id
     WHERE p.ticket_id = NEW.ticket_id AND p.dropped_at IS NULL AND t.shop_id = NEW.shop_id;
    SELECT coalesce(sum(b.units), 0) INTO v_back
      FROM tickets_cashback b WHERE b.ticket_id = NEW.ticket_id;
    IF v_back + NEW.units > v_kept THEN
        RAISE EXCEPTION 'no more cash goes back than was taken for ticket %', NEW.ticket_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cash_back_is_left BEFORE INSERT ON tickets_cashback
    FOR EACH ROW EXECUTE FUNCTION tickets_cash_back_is_left();
"""
UNDO = """
DROP TRIGGER cash_back_is_left ON tickets_cashback;
DROP FUNCTION tickets_cash_back_is_left();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets"), ("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="CashBack",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("key", models.CharField(help_text="of the tap that gave it", max_length=100)),
                ("units", gateway.money.fields.UnitsField()),
                ("reason", models.CharField(max_length=200)),
                ("given_by", models.TextField()),
                ("given_at", models.DateTimeField()),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cash_backs",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop_id", "key"), name="cash_back_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("units__gt", 0), models.Q(("reason", ""), _negated=True)
                        ),
                        name="cash_back_says_why",
                    ),
                ],
            },
        ),
        KeepShopsApart("tickets_cashback"),
        migrations.RunSQL(GUARD, UNDO),
    ]
