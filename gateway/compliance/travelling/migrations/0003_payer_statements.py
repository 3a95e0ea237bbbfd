"""What shoppers say of who pays; texts that they sign for it."""

from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

KEPT = """
CREATE TRIGGER travel_statement_kept BEFORE UPDATE OR DELETE ON compliance_travelling_payerstatement
    FOR EACH ROW EXECUTE FUNCTION travel_refuse_change();
"""
UNDO = "DROP TRIGGER travel_statement_kept ON compliance_travelling_payerstatement"


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_travelling", "0002_undeployed_wallets"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayerStatement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("invoice_id", models.UUIDField()),
                ("shop_id", models.UUIDField()),
                ("mode", models.TextField()),
                ("subject_id", models.UUIDField(help_text="whose key seals what was said")),
                ("wallet", models.TextField(help_text="own, or an account with a provider")),
                (
                    "is_proven",
                    models.BooleanField(help_text="a signature shows that the wallet is theirs"),
                ),
                ("box", models.BinaryField()),
                ("stated_at", models.DateTimeField()),
                (
                    "expires_at",
                    models.DateTimeField(help_text="money that comes later is somebody's unknown"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["invoice_id", "id"], name="travel_statement_of_invoice"),
                    models.Index(fields=["subject_id"], name="travel_statement_of_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mode__in", ("test", "live")), ("wallet__in", ("own", "provider"))
                        ),
                        name="travel_statement_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_proven", False), ("wallet", "own"), _connector="OR"
                        ),
                        name="travel_statement_proof_of_own",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("stated_at"))),
                        name="travel_statement_holds_a_while",
                    ),
                ],
            },
        ),
        KeepShopsApart("compliance_travelling_payerstatement"),
        migrations.RunSQL(KEPT, UNDO),
        # Going back, what shoppers were asked to sign is forgotten: it holds for half an hour.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM compliance_travelling_proofchallenge WHERE purpose = 'payment'",
        ),
        migrations.RemoveConstraint(model_name="proofchallenge", name="travel_challenge_for"),
        migrations.AddConstraint(
            model_name="proofchallenge",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ("payout", "payment"))),
                name="travel_challenge_for",
            ),
        ),
    ]
