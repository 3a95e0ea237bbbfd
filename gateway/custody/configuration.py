"""Where the signer's files lie. Paths only: no key is ever read through Django's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class SignerFiles:
    """KEYSTORE_FILE, KEYSTORE_KEY_FILE, SIGNER_POLICY, SIGNER_JOURNAL and SIGNER_SOCKET."""

    keystore: Path
    master_key: Path
    policy: Path
    journal: Path
    socket: Path

    @property
    def policy_book(self) -> Path:
        """Which policy is in force, in the signer's own words."""
        return self.journal / "policy.jsonl"


def signer_files(environment: Mapping[str, str]) -> SignerFiles:
    folder = Path(settings.STATE_DIR) / "custody"
    return SignerFiles(
        keystore=Path(settings.KEYSTORE_FILE),
        master_key=Path(environment.get("KEYSTORE_KEY_FILE") or folder / "master.key"),
        policy=Path(environment.get("SIGNER_POLICY") or folder / "policy.json"),
        journal=Path(environment.get("SIGNER_JOURNAL") or folder / "journal"),
        socket=Path(settings.SIGNER_SOCKET),
    )


def client_uids(environment: Mapping[str, str], *, own: int) -> frozenset[int]:
    """The users whose processes may ask: SIGNER_CLIENT_UIDS, or the signer's own alone."""
    text = environment.get("SIGNER_CLIENT_UIDS", "")
    return frozenset(int(uid) for uid in text.split(",") if uid.strip()) or frozenset({own})
