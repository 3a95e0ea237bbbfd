"""What `manage.py check` says of WALLET_SIGNER, before a wallet has to find out."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from gateway.compliance.presenting.configuration import wallet_signer
from gateway.compliance.presenting.errors import WalletSignerUnreadable


def check_wallet_signer(**options: Any) -> list[CheckMessage]:
    """Whether it can be read, where one is named: a check makes no key."""
    if not settings.WALLET_SIGNER:
        return []
    try:
        wallet_signer()
    except WalletSignerUnreadable as error:
        return [Error(f"WALLET_SIGNER: {error.message}", hint=error.hint, id="tillway.E067")]
    return []
