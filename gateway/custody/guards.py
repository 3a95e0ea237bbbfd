"""What a process without keys does at its start to be sure that it has none."""

import os
from collections.abc import Mapping

from gateway.custody.errors import CustodyError

SECRETS_OF_THE_SIGNER = ("KEYSTORE_KEY",)


class KeyInWrongProcess(CustodyError):
    code = "key_in_wrong_process"
    message = "The keystore's master key was given to a process that must not have it."
    hint = "Set KEYSTORE_KEY in the signer's environment only."


def refuse_master_key_here(environment: Mapping[str, str] = os.environ) -> None:
    """Raise KeyInWrongProcess if the environment holds the keystore's master key."""
    if any(environment.get(name) for name in SECRETS_OF_THE_SIGNER):
        raise KeyInWrongProcess
