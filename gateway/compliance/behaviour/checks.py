"""What must hold of BEHAVIOUR and NETWORK_FILE before anything starts."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.compliance.behaviour.configuration import rules_known
from gateway.compliance.behaviour.errors import BehaviourRulesUnreadable

TAG: Final = "tillway"


@register(TAG)
def behaviour_is_configured(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every version of the rules can be read, and the file of networks is there."""
    found: list[CheckMessage] = []
    try:
        rules_known()
    except BehaviourRulesUnreadable as error:
        found.append(Error(error.message, hint=error.hint, id="compliance_behaviour.E001"))
    path = settings.NETWORK_FILE
    if path and not Path(path).is_file():
        hint = "See docs/reference/behaviour.md, Networks by their provider."
        found.append(
            Error(f"NETWORK_FILE: no file at {path}", hint=hint, id="compliance_behaviour.E002")
        )
    return found
