"""What people and programs are told when they may not come in."""

from datetime import datetime

from gateway.events.errors import TillwayError


class KeyMissing(TillwayError):
    code = "key_missing"
    message = "This request carries no API key."
    hint = "Send the header Authorization: Bearer tw_…"
    status = 401


class KeyUnknown(TillwayError):
    code = "key_unknown"
    message = "This API key is not known here."
    hint = "Check that the whole key was copied, and that it belongs to this server."
    status = 401


class KeyRevoked(TillwayError):
    code = "key_revoked"
    message = "This API key was revoked."
    hint = "Make a new key in the dashboard."
    status = 401


class KeyExpired(TillwayError):
    code = "key_expired"
    hint = "Make a new key in the dashboard."
    status = 401

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"This API key expired on {expired_at:%Y-%m-%d at %H:%M} UTC.")


class WrongMode(TillwayError):
    code = "wrong_mode"
    status = 403

    def __init__(self, *, key_mode: str, shop_mode: str) -> None:
        super().__init__(
            f"This is a {key_mode} key, and the shop is in {shop_mode} mode.",
            hint="A shop takes test keys until it is approved; live keys come after that."
            if key_mode == "live"
            else "Use a key that begins with tw_live_.",
        )


class ScopeMissing(TillwayError):
    code = "scope_missing"
    hint = "Make a key with that scope in the dashboard."
    status = 403

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key does not carry the scope {scope}.")


class ScopeUnknown(TillwayError):
    code = "scope_unknown"

    def __init__(self, scope: str) -> None:
        super().__init__(f"There is no scope {scope!r}.", field="scopes")


class SignInThrottled(TillwayError):
    code = "sign_in_throttled"
    hint = "Wait for the seconds in Retry-After and try again."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("Too many failed sign-ins came from this network.")


class MailThrottled(TillwayError):
    code = "mail_throttled"
    hint = "Wait for the seconds in Retry-After and try again."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("Too many letters were asked for.")


class EmailTaken(TillwayError):
    code = "email_taken"
    message = "There is already a person with this email address."
    status = 409


class EmailInvalid(TillwayError):
    code = "email_invalid"
    message = "This is not an email address."


class PasswordTooWeak(TillwayError):
    code = "password_too_weak"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons), field="password")


class RoleUnknown(TillwayError):
    code = "role_unknown"

    def __init__(self, role: str) -> None:
        super().__init__(f"There is no role {role!r} here.", field="role")


class LastOwner(TillwayError):
    code = "last_owner"
    message = "A shop needs an owner."
    hint = "Make somebody else an owner first."
    status = 409


class AccountUnknown(TillwayError):
    code = "account_unknown"
    message = "Nobody signs in with that address."
    hint = "They need an account first."
    status = 404
    field = "email"


class HouseRoleHeld(TillwayError):
    code = "house_role_held"
    message = "They have that role already."
    status = 409
    field = "role"


class HouseRoleOwn(TillwayError):
    code = "house_role_own"
    message = "Nobody has a part in giving a role to themselves."
    hint = "Two others decide about it."
    status = 409


class LastOfHouse(TillwayError):
    code = "last_of_house"
    message = "Nobody else has this role, and the house needs somebody who has it."
    hint = "Give it to somebody else first."
    status = 409


class TooFewOfHouse(TillwayError):
    code = "too_few_of_house"
    message = "Of your own role two must be left: nobody alone decides who has it."
    hint = "Give it to somebody else first, or ask somebody who has another role of the house."
    status = 409


class HouseRoleUnbacked(TillwayError):
    code = "house_role_unbacked"
    message = "Whoever proposed or approved it lost the role for that meanwhile."
    hint = "Propose it again."
    status = 409


class SessionUnknown(TillwayError):
    code = "session_unknown"
    message = "This session is over already."
    status = 404


class MemberUnknown(TillwayError):
    code = "member_unknown"
    message = "Nobody of that name works here."
    status = 404


class AlreadyMember(TillwayError):
    code = "already_member"
    message = "They work here already."
    hint = "Change their role instead."
    status = 409
    field = "email"


class AlreadyInvited(TillwayError):
    code = "already_invited"
    message = "They are invited already."
    hint = "Send that invitation again, or withdraw it."
    status = 409
    field = "email"


class TooManyInvitations(TillwayError):
    code = "too_many_invitations"
    message = "Too many invitations are open."
    hint = "Withdraw some that are not needed any more."
    status = 409


class InvitationUnknown(TillwayError):
    code = "invitation_unknown"
    message = "This invitation is not open any more."
    hint = "Ask whoever invited you for another one."
    status = 404


class InvitedElse(TillwayError):
    code = "invited_else"
    message = "This invitation is for another address than you are signed in with."
    hint = "Sign out, and open the link again."
    status = 403


class LinkOver(TillwayError):
    code = "link_over"
    message = "This link was used or is too old."
    hint = "Ask for another one."
    status = 404


class PasswordWrong(TillwayError):
    code = "password_wrong"
    message = "That isn't your password."
    field = "password"
