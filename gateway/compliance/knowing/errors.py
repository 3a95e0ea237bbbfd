"""What can be refused about people, companies and their papers, each with a stable code."""

from gateway.events.errors import TillwayError


class KnowingError(TillwayError):
    """Base of this room's errors."""

    code = "knowing_refused"
    status = 422


class JurisdictionNotServed(KnowingError):
    code = "jurisdiction_not_served"
    message = "Payments are not available in this country."
    status = 403


class SubjectUnknown(KnowingError):
    code = "subject_not_found"
    message = "There is no such person or company."
    status = 404


class SubjectErased(KnowingError):
    code = "subject_erased"
    message = "What was known of this person or company has been erased."
    status = 410


class FieldUnknown(KnowingError):
    code = "subject_field_unknown"
    message = "This is nothing that is known of a person or company."


class UnderLegalHold(KnowingError):
    code = "legal_hold"
    message = "This is kept by law and can't be erased."
    status = 409


class HoldUnknown(KnowingError):
    code = "legal_hold_not_found"
    message = "There is no such legal hold, or it is lifted."
    status = 404


class HoldLiftNotAsked(KnowingError):
    code = "legal_hold_lift_not_asked"
    message = "Nobody has said that this hold can be lifted."
    hint = "One person asks for it with a reason, another agrees."


class HoldSamePerson(KnowingError):
    code = "second_person_needed"
    message = "Another person than the one who asked for it must lift a hold."
    status = 403


class HoldReasonMissing(KnowingError):
    code = "legal_hold_reason_missing"
    message = "A legal hold names who placed it and why."
    field = "reason"


class FileUnknown(KnowingError):
    code = "business_file_not_found"
    message = "This shop has told nothing of itself yet."
    status = 404


class FileWithUs(KnowingError):
    code = "business_file_with_us"
    message = "This is being looked at; it can't be changed now."
    hint = "Wait for the answer, or ask whoever runs this gateway."
    status = 409


class FileRefused(KnowingError):
    code = "business_file_refused"
    message = "This can't be taken as it is."


class FileIncomplete(KnowingError):
    code = "business_file_incomplete"
    message = "Something is still missing."
    hint = "See what is due."
    status = 409


class NamesNotClear(KnowingError):
    code = "business_names_not_clear"
    message = "Somebody behind this shop is called like one on a list, or could not be screened."
    hint = "Decide about it in its case first; without a list nobody can be screened."
    status = 409


class NothingSubmitted(KnowingError):
    code = "business_file_not_submitted"
    message = "Nothing was handed in that could be decided about."
    status = 409


class ProofUnknown(KnowingError):
    code = "identity_proof_not_found"
    message = "There is no such check of identity."
    status = 404


class PaperRefused(KnowingError):
    code = "paper_unknown_kind"
    message = "This is no photo and no PDF."
    hint = "Send a JPEG, a PNG, a WebP or a PDF."
    field = "paper"


class PaperUnknown(KnowingError):
    code = "paper_not_found"
    message = "There is no such paper, or it was forgotten."
    status = 404


class ScannerSilent(KnowingError):
    code = "scanner_silent"
    message = "Papers can't be taken in now."
    hint = "Try again in a few minutes."
    status = 503
    passes = True


class KnowingUnreadable(KnowingError):
    code = "knowing_settings_unreadable"
    message = "KNOWING can't be read."
    hint = "See KNOWING in docs/reference/settings.md."
    status = 500


class LevelLimitPassed(KnowingError):
    code = "level_limit"
    message = "This is more than this shop may do at its level."
    hint = "Its owner sees under Verification what a higher level needs."
    field = "amount"
    status = 403
