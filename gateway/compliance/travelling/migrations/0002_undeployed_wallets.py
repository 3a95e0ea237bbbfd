"""A wallet may be shown before it is deployed (ERC-6492)."""

from django.db import migrations, models

# Going back, a proof of one is a contract's like any other. What is kept may not be changed but so.
UNDO = """
ALTER TABLE compliance_travelling_walletproof DISABLE TRIGGER travel_proof_kept;
UPDATE compliance_travelling_walletproof SET kind = 'erc1271' WHERE kind = 'erc6492';
ALTER TABLE compliance_travelling_walletproof ENABLE TRIGGER travel_proof_kept;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_travelling", "0001_travel_rule"),
    ]

    operations = [
        migrations.AlterField(
            model_name="walletproof",
            name="signature",
            field=models.BinaryField(help_text="as it was given, an ERC-6492 wrap included"),
        ),
        migrations.RemoveConstraint(
            model_name="walletproof",
            name="travel_proof_known",
        ),
        migrations.RunSQL(migrations.RunSQL.noop, UNDO),
        migrations.AddConstraint(
            model_name="walletproof",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("eip191", "erc1271", "erc6492")),
                    ("purpose__in", ("payout",)),
                ),
                name="travel_proof_known",
            ),
        ),
    ]
