"""Which policy is in force, by the signer's own memory: a changed file alone changes nothing.

The book is one append-only file beside the signer's journal, sealed like it under the master key:
which policy came into force, which one was offered with the signatures of two approvers and from
when it counts, and what was called off. It holds the policies' own text, so that the one in force
stays in force whatever lies in the policy file.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.custody.addresses import address_text
from gateway.custody.errors import JournalDamaged, PolicyInvalid
from gateway.custody.keystore import sync_folder
from gateway.custody.policy_changes import (
    NEEDED,
    NONE,
    call_off_text,
    change_text,
    digest_of,
    signers_of,
)
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Policy

log = structlog.get_logger(__name__)

START = "0" * 64


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step. ``what``: ``in_force``, ``offered``, ``called_off``."""

    at: str
    what: str
    digest: str
    content: str
    agreed_by: tuple[str, ...]
    effective: str
    before: str


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file beside a policy: signatures of its change, and of calling it off."""

    signatures: tuple[str, ...] = ()
    call_off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A policy that two approvers signed, and from when it is in force."""

    digest: str
    content: str
    agreed_by: tuple[str, ...]
    effective: datetime


class PolicyBook:
    """One signer's policy in force, and the one that waits."""

    def __init__(self, path: Path, *, master_key: bytes) -> None:
        self._path = path
        self._mac_key = HKDF(SHA256(), 32, None, b"tillway signer policy v1").derive(master_key)
        self._last_mac = START
        self._digest = NONE
        self._policy: Policy | None = None
        self._offer: Offer | None = None
        self._called_off: set[str] = set()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._load()

    @property
    def digest(self) -> str:
        """Of the policy in force; ``none`` before the first."""
        return self._digest

    @property
    def offer(self) -> Offer | None:
        return self._offer

    def at(self, now: datetime) -> Policy:
        """The policy in force at this moment; one whose delay is over takes its place.

        Raises:
            PolicyInvalid: none was ever read.
        """
        offer = self._offer
        if offer is not None and now >= offer.effective:
            self._write(
                "in_force", offer.digest, offer.content, offer.agreed_by, now=now, effective=now
            )
            log.warning("signer_policy_changed", digest=offer.digest, agreed_by=offer.agreed_by)
        if self._policy is None:
            raise PolicyInvalid("No policy is in force.")
        return self._policy

    def look(self, content: bytes, agreement: Agreement, *, now: datetime) -> str:
        """Take note of what lies in the policy file; what came of it.

        ``first``, ``same``, ``free`` (test chains only, without approvers: at once), ``offered``
        (two signed: in force after the delay of the policy in force), ``waits``, ``called_off`` or
        ``not_agreed`` (fewer than two signed: the policy in force stays).

        Raises:
            PolicyInvalid: it can't be read, or has a live chain and no approvers.
        """
        digest = digest_of(content)
        checked(parse_policy(content))
        text = content.decode()
        if self._policy is None:
            self._write("in_force", digest, text, (), now=now, effective=now)
            return "first"
        if digest == self._digest:
            return "same"
        approvers = self._policy.approvers
        names = {"before": self._digest, "after": digest}
        if signers_of(call_off_text(**names), agreement.call_off, approvers=approvers):
            self._call_off(digest, text, now=now)
        if digest in self._called_off:
            return "called_off"
        if self._offer is not None and self._offer.digest == digest:
            return "waits"
        if not approvers:
            self._write("in_force", digest, text, (), now=now, effective=now)
            return "free"
        agreed = signers_of(change_text(**names), agreement.signatures, approvers=approvers)
        if len(agreed) < NEEDED:
            log.error("signer_policy_not_agreed", digest=digest, signed=len(agreed))
            return "not_agreed"
        effective = now + self._policy.change_delay
        by = sorted(address_text(address) for address in agreed)
        self._write("offered", digest, text, by, now=now, effective=effective)
        log.warning("signer_policy_offered", digest=digest, effective=effective.isoformat())
        return "offered"

    def _call_off(self, digest: str, text: str, *, now: datetime) -> None:
        if digest not in self._called_off:
            self._write("called_off", digest, text, (), now=now, effective=now)
            log.warning("signer_policy_called_off", digest=digest)

    def _write(
        self,
        what: str,
        digest: str,
        content: str,
        agreed_by: Iterable[str],
        *,
        now: datetime,
        effective: datetime,
    ) -> None:
        line = Line(
            at=now.astimezone(UTC).isoformat(timespec="seconds"),
            what=what,
            digest=digest,
            content=content,
            agreed_by=tuple(agreed_by),
            effective=effective.astimezone(UTC).isoformat(timespec="microseconds"),
            before=self._last_mac,
        )
        body = msgspec.json.encode(line)
        mac = self._mac(body)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, mac.encode() + b" " + body + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self._path.parent)
        self._last_mac = mac
        self._take(line)

    def _take(self, line: Line) -> None:
        match line.what:
            case "in_force":
                self._digest, self._policy = line.digest, parse_policy(line.content.encode())
                self._offer = None
                self._called_off.clear()
            case "offered":
                effective = datetime.fromisoformat(line.effective)
                self._offer = Offer(line.digest, line.content, line.agreed_by, effective)
            case "called_off":
                self._called_off.add(line.digest)
                if self._offer is not None and self._offer.digest == line.digest:
                    self._offer = None

    def _load(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("r+b") as file:
            # Nobody is in the middle of a line meanwhile.
            fcntl.flock(file, fcntl.LOCK_EX)
            content = file.read()
            whole, newline, torn = content.rpartition(b"\n")
            if torn:
                file.truncate(len(whole) + len(newline))
        for number, text in enumerate(whole.splitlines(), start=1):
            mac, _, body = text.partition(b" ")
            if not hmac.compare_digest(mac, self._mac(body).encode()):
                raise JournalDamaged(f"Line {number} of {self._path} does not match its seal.")
            line = msgspec.json.decode(body, type=Line)
            if line.before != self._last_mac:
                raise JournalDamaged(f"A line is missing before line {number} of {self._path}.")
            self._last_mac = mac.decode()
            self._take(line)

    def _mac(self, body: bytes) -> str:
        return hmac.new(self._mac_key, body, hashlib.sha256).hexdigest()


def checked(policy: Policy) -> Policy:
    """The policy, if whoever may change it next is settled.

    Raises:
        PolicyInvalid: a live chain without approvers, or an approver whose key lies in the signer.
    """
    if len(policy.approvers) < NEEDED and any(chain.live for chain in policy.chains.values()):
        raise PolicyInvalid(
            "A policy with a live chain names two approvers or more.",
            hint="Their keys lie in wallets of their own (docs/how-to/run-approvals.md).",
        )
    accounts = {account for chain in policy.chains.values() for account in chain.accounts}
    if policy.approvers & accounts:
        raise PolicyInvalid("An approver's key is none of the signer's own accounts.")
    return policy


def agreement_beside(path: Path) -> Agreement:
    """The signatures beside a policy file; none if there are none.

    Raises:
        PolicyInvalid: they can't be read.
    """
    beside = agreement_path(path)
    try:
        return msgspec.json.decode(beside.read_bytes(), type=Agreement)
    except FileNotFoundError:
        return Agreement()
    except msgspec.MsgspecError as error:
        raise PolicyInvalid(f"{beside} can't be read: {error}.") from error


def agreement_path(path: Path) -> Path:
    return path.with_name(path.name + ".agreed")
