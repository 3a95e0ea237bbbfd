"""What `manage.py check` says of WALLET_SIGNER, before a wallet has to find out."""

from typing import Any

from django.core.checks import CheckMessage, Error

from gateway.compliance.presenting.configuration import wallet_signer
from gateway.compliance.presenting.errors import WalletSignerUnreadable, WalletsNotOffered


def check_wallet_signer(**options: Any) -> list[CheckMessage]:
    """Whether it can be read. A house that names none asks no wallets."""
    try:
        wallet_signer()
    except WalletsNotOffered:
        return []
    except WalletSignerUnreadable as error:
        return [Error(f"WALLET_SIGNER: {error.message}", hint=error.hint, id="tillway.E067")]
    return []
