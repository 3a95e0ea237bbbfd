"""By which key credentials are signed: the setting CREDENTIAL_SIGNER."""

from django.conf import settings

from gateway.compliance.issuing.errors import CredentialSignerUnreadable, IssuingNotOffered
from gateway.compliance.presenting.configuration import local_signer, signer_read
from gateway.compliance.presenting.errors import WalletSignerUnreadable
from gateway.compliance.presenting.requests import Signer

LOCAL_FILE = "credentials.pem"


def credential_signer() -> Signer:
    """The key and the certificate that credentials and their status list are signed with.

    Raises:
        IssuingNotOffered: none is named, in a house that takes real money.
        CredentialSignerUnreadable
    """
    if not settings.CREDENTIAL_SIGNER and settings.LIVE_MODE:
        raise IssuingNotOffered
    path = settings.CREDENTIAL_SIGNER or str(local_signer(LOCAL_FILE))
    try:
        return signer_read(path)
    except WalletSignerUnreadable as error:
        raise CredentialSignerUnreadable(error.message) from error


def are_credentials_offered() -> bool:
    """Whether we have a key to sign with. No query."""
    try:
        credential_signer()
    except (IssuingNotOffered, CredentialSignerUnreadable):
        return False
    return True
