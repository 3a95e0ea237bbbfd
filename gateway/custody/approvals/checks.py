"""What must hold of APPROVALS before anything starts."""

from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

from gateway.custody.approvals.configuration import ApprovalsUnreadable, approval_rules

TAG: Final = "tillway"


@register(TAG)
def approvals_are_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every kind waits, in live mode for long enough that somebody can call it off."""
    try:
        for mode in ("test", "live"):
            approval_rules(mode)
    except ApprovalsUnreadable as error:
        return [Error(error.message, hint=error.hint, id="approvals.E001")]
    return []
