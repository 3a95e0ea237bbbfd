"""What `manage.py check` says of CREDENTIAL_SIGNER, before a wallet has to find out."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from gateway.compliance.issuing.configuration import credential_signer
from gateway.compliance.issuing.errors import CredentialSignerUnreadable


def check_credential_signer(**options: Any) -> list[CheckMessage]:
    """Whether it can be read, where one is named: a check makes no key."""
    if not settings.CREDENTIAL_SIGNER:
        return []
    try:
        credential_signer()
    except CredentialSignerUnreadable as error:
        return [Error(f"CREDENTIAL_SIGNER: {error.message}", hint=error.hint, id="tillway.E069")]
    return []
