"""A payer's wallet may be shown before it is deployed (ERC-6492)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("refunds", "0006_travel_reasons"),
    ]

    operations = [
        migrations.AlterField(
            model_name="refund",
            name="proof_kind",
            field=models.TextField(
                default="", help_text="eip191, erc1271, erc6492; empty: none was asked"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_proof_is_whole",
        ),
        # Going back, a proof of one is a contract's like any other.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE refunds_refund SET proof_kind = 'erc1271' WHERE proof_kind = 'erc6492'",
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("proof_kind", ""),
                        ("proof_payer__isnull", True),
                        ("proof_signature__isnull", True),
                    ),
                    models.Q(
                        ("proof_kind__in", ("eip191", "erc1271", "erc6492")),
                        ("proof_payer__isnull", False),
                        ("proof_signature__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="refund_proof_is_whole",
            ),
        ),
    ]
