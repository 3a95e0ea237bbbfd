"""What can be refused about an act of two people, each with a stable code."""

from gateway.events.errors import TillwayError


class ApprovalError(TillwayError):
    """Base of this room's errors."""

    code = "approval_refused"
    status = 409


class ActUnknown(ApprovalError):
    code = "act_not_found"
    message = "There is no such act."
    status = 404


class ActOver(ApprovalError):
    code = "act_over"
    message = "This act is over: nothing more can be decided about it."


class ActNotProposed(ApprovalError):
    code = "act_not_waiting"
    message = "This act waits for nobody's approval."


class ActNotApproved(ApprovalError):
    code = "act_not_approved"
    message = "Two people have not agreed to this act."


class ActTooEarly(ApprovalError):
    """Its delay has not passed: it may still be cancelled."""

    code = "act_too_early"
    message = "The delay of this act has not passed yet."
    passes = True


class ActExpired(ApprovalError):
    code = "act_expired"
    message = "This act has expired."
    hint = "Propose it again."


class ActNotExpired(ApprovalError):
    code = "act_not_expired"
    message = "This act has not expired."


class ActOpenAlready(ApprovalError):
    code = "act_open_already"
    message = "Something like this is proposed already."
    hint = "Decide about it or cancel it first."


class ActReasonMissing(ApprovalError):
    code = "act_reason_missing"
    message = "An act names why it is done."
    field = "reason"
    status = 422


class SamePerson(ApprovalError):
    code = "second_person_needed"
    message = "Another person than the one who proposed it must approve this."
    status = 403


class KindUnknown(ApprovalError):
    """A process of another release may know it: an act waits for that one."""

    passes = True
    code = "act_kind_unknown"
    message = "No room of this house carries out an act of this kind."
    status = 422


class ActChanged(ApprovalError):
    """What two people agreed to is not what lies there now."""

    code = "act_changed"
    message = "The act is not what was agreed to, or no longer of its shop's mode."
