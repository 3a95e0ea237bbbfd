"""Notices of webhook endpoints that accept nothing, and of those that were switched off."""

from django.conf import settings
from django.db import migrations, models

_KINDS = (
    "payout_failed",
    "payout_failed_at_house",
    "requirement_due",
    "difference_found",
    "chain_stalled",
    "float_low",
    "gas_low",
    "desk_halted",
    "money_held",
    "list_refused",
    "list_ageing",
    "list_stale",
    "move_overdue",
    "shortfall_opened",
    "approval_waits",
    "approval_waits_at_house",
    "approval_waits_for_officers",
    "approval_waits_at_desk",
    "bank_unclear",
    "case_opened",
    "case_overdue",
    "key_new_network",
    "shift_left_open",
    "sign_in_new_network",
    "webhook_failing",
    "webhook_disabled",
    "case_decision_waits",
    "report_due",
    "report_waits",
)
_NAMES = {
    "notice": "notice_kind_known",
    "pushsilence": "notice_push_silence_kind_known",
    "silence": "notice_silence_kind_known",
}


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0011_shift_left_open"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(
            migrations.RemoveConstraint(model_name=model, name=name)
            for model, name in _NAMES.items()
        ),
        *(
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(
                    condition=models.Q(("kind__in", _KINDS)), name=name
                ),
            )
            for model, name in _NAMES.items()
        ),
    ]
