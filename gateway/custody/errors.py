"""What can go wrong with keys, said so that an operator knows what to do next."""

from gateway.events.errors import TillwayError


class CustodyError(TillwayError):
    """Base of this room's errors."""

    code = "custody"
    status = 500


class KeystoreMissing(CustodyError):
    code = "keystore_missing"
    message = "There is no keystore at the configured path."
    hint = "Make one with `manage.py keystore_create`."


class KeystoreLocked(CustodyError):
    code = "keystore_locked"
    message = "The master key is not available to this process."
    hint = "Only the signer gets KEYSTORE_KEY or may read the master key's file."


class WrongMasterKey(CustodyError):
    code = "wrong_master_key"
    message = "The master key is not the one that sealed this keystore."
    hint = "Restore the master key that belongs to this file."


class KeystoreTampered(CustodyError):
    code = "keystore_tampered"
    message = "The keystore's content does not match its seal."
    hint = "Restore the file from a backup and find out who changed it."


class KeystoreFormatUnknown(CustodyError):
    code = "keystore_format_unknown"
    message = "This file is no keystore, or one of a version that this release does not read."


class FileTooOpen(CustodyError):
    code = "file_too_open"
    message = "Others on this machine may use a file that only the signer may use."
    hint = "chmod 600 it, and let the signer's user own it."


class KeyRefused(CustodyError):
    """A key may not be added: it is invalid, known to everybody, or already there."""

    code = "key_refused"


class PolicyInvalid(CustodyError):
    """The signer's policy file is missing or says something impossible."""

    code = "policy_invalid"
    hint = "Draft one with `manage.py signer_policy`."


class JournalDamaged(CustodyError):
    """The signer's journal does not add up; nothing is signed until a person has looked."""

    code = "signer_journal_damaged"
    hint = "Compare it with a backup: without it the signer does not know what it gave today."


class JournalInUse(CustodyError):
    code = "signer_journal_in_use"
    message = "Another signer writes this journal."


class SignerDown(CustodyError):
    """The signer did not answer. What was asked may be asked again with the same request id."""

    code = "signer_down"
    message = "The signer does not answer."
    hint = "Start it with `manage.py signer`."
    status = 503


LIMIT_REASONS = frozenset({"over_day_limit", "over_transaction_limit"})
"""Refusals that pass by themselves or once the policy is raised: what was refused may wait."""


class PolicyRefused(CustodyError):
    """The signer understood the request and will not sign it.

    Attributes:
        reason: a stable word, such as ``over_day_limit``.
    """

    code = "policy_refused"
    status = 422

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def is_limit(self) -> bool:
        """Whether asking again later, or under a raised limit, may be granted."""
        return self.reason in LIMIT_REASONS
