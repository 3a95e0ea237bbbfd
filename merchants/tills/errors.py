"""What people at a till, and programs that act as one, are told."""

from gateway.events.errors import TillwayError


class TillUnknown(TillwayError):
    code = "till_unknown"
    message = "There is no such till."
    hint = "Look at the list of tills."
    status = 404


class TillNameInvalid(TillwayError):
    code = "till_name_invalid"
    message = "A till needs a name."
    hint = "Give it one of at most 80 characters."
    field = "name"


class TillNameTaken(TillwayError):
    code = "till_name_taken"
    message = "Another till of this shop has that name."
    hint = "Give it another one."
    field = "name"
    status = 409


class PairingCodeWrong(TillwayError):
    code = "pairing_code_wrong"
    message = "This code pairs nothing."
    hint = "A code is good once, for ten minutes: have a new one made on the dashboard."
    field = "code"
    status = 404


class PairingThrottled(TillwayError):
    code = "pairing_throttled"
    hint = "Wait for the seconds in Retry-After and try again."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("Too many wrong codes came from this network.")


class TillRevoked(TillwayError):
    code = "till_revoked"
    message = "This tablet is no till any more."
    hint = "What it kept is wiped. Pair it again with a new code."
    status = 401


class TillLocked(TillwayError):
    code = "till_locked"
    message = "Nobody is signed in at this till."
    hint = "Choose who you are and type your PIN."
    status = 401


class PinInvalid(TillwayError):
    code = "pin_invalid"
    message = "A PIN has four to eight digits."
    field = "pin"


class PinTooSimple(TillwayError):
    code = "pin_too_simple"
    message = "This PIN is guessed first."
    hint = "Take no run such as 1234, and not one digit over and over."
    field = "pin"


class PinWrong(TillwayError):
    code = "pin_wrong"
    message = "That is not the PIN."
    hint = "After five wrong ones in a row you have to wait."
    field = "pin"
    status = 403


class PinThrottled(TillwayError):
    code = "pin_throttled"
    hint = "Wait for the seconds in Retry-After and try again."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("Too many wrong PINs were typed for this person.")


class NotAtTills(TillwayError):
    code = "not_at_tills"
    message = "This person does not work at this shop's tills."
    hint = "Only owners, managers and cashiers do."
    status = 403


class ActUnknown(TillwayError):
    code = "act_unknown"

    def __init__(self, act: str) -> None:
        super().__init__(f"No manager's PIN is asked for {act!r}.", field="act")


class RulesInvalid(TillwayError):
    code = "till_rules_invalid"
    message = "That is no rule for tills."
    hint = "An amount that isn't negative, or a percentage of at most 100."


class ManagerNeeded(TillwayError):
    code = "manager_needed"
    message = "This needs a manager's PIN here."
    hint = "Have a manager choose their name and type their PIN."
    field = "pin"
    status = 403


class GrantRefused(TillwayError):
    code = "grant_refused"
    message = "A manager's word is missing for this."
    hint = "Have a manager type their PIN again: it is good once, for a minute."
    status = 403
