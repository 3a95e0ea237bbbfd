"""Let people be operators: who runs the house's books, payouts and approvals."""

from django.db import migrations, models

_ROLES = (
    "owner",
    "manager",
    "cashier",
    "accountant",
    "developer",
    "compliance_officer",
    "desk",
    "operator",
)
_HOUSE_ROLES = ["compliance_officer", "desk", "operator"]

# Undone, nobody can be an operator: the role is taken from those who are.
UNDO = "DELETE FROM accounts_membership WHERE role = 'operator'"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="membership", name="house_roles_belong_to_no_shop"),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(choices=[(role, role) for role in _ROLES], max_length=20),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(shop__isnull=True, role__in=_HOUSE_ROLES)
                | (models.Q(shop__isnull=False) & ~models.Q(role__in=_HOUSE_ROLES)),
                name="house_roles_belong_to_no_shop",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, UNDO),
    ]
