"""What can go wrong with sealed data, each with a stable code."""

from gateway.events.errors import TillwayError


class SealedError(TillwayError):
    """Base of this room's errors."""

    code = "sealed_refused"
    status = 409


class KeysUnreadable(SealedError):
    code = "subject_keys_unreadable"
    message = "SUBJECT_KEYS can't be read."
    hint = "One `id:hex` of 32 bytes or more of them: see docs/reference/settings.md."
    status = 500


class KeyUnknown(SealedError):
    """A key that SUBJECT_KEYS no longer names wrapped this."""

    code = "subject_key_unknown"
    message = "The key that opens this person's data is not at hand."
    hint = "Name it in SUBJECT_KEYS again, behind the present one."
    status = 503


class KeyGone(SealedError):
    """What it sealed was erased: nobody can read it again."""

    code = "sealing_key_gone"
    message = "This was erased when it had been kept for its time."
    status = 410


class SealedWrong(SealedError):
    """A box that is another's, was altered, or holds another value than was committed to."""

    code = "sealed_wrong"
    message = "What was sealed is not what it should be."
    status = 500
