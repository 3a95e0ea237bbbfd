"""Words about showing who one is with an identity wallet."""

from typing import Final

from django.utils.translation import gettext as _

from gateway.compliance.presenting.life import PROBLEMS, State
from merchants.dashboard.wording import Sign

NOT_TAKEN: Final = frozenset(
    {
        *("unreadable", "badly_signed", "tampered", "wrong_nonce", "wrong_audience"),
        *("holder_unproven", "subject_gone"),
    }
)
"""Of which there is nothing more to say to whoever holds an honest wallet."""


def wallet_problem(code: str) -> str:
    """Why what a wallet sent was not taken; "" for what is no such code, or has words elsewhere."""
    if code in NOT_TAKEN:
        return _("What the wallet sent could not be accepted. Try again, or take another way.")
    return {
        "wrong_kind": _("This is another kind of credential than the one we ask for."),
        "issuer_untrusted": _("We don't accept credentials from whoever gave this one out."),
        "not_yet_valid": _("This credential does not count yet."),
        "no_status": _("Nobody can say whether this credential still counts."),
        "revoked": _(
            "This credential was taken back by whoever gave it out. Ask them for another."
        ),
        "suspended": _("This credential is suspended. Ask whoever gave it out."),
        "status_unreachable": _(
            "Whoever gave this credential out can't be asked now whether it still counts, so we"
            " could not accept it. Try again later."
        ),
        "status_unreadable": _(
            "Whoever gave this credential out does not say clearly whether it still counts, so we"
            " could not accept it."
        ),
        "claims_missing": _("The wallet did not show the name and the date of birth."),
        "declined": _("The wallet sent nothing: it was declined there."),
    }.get(code, "")


WORDED_ELSEWHERE: Final = frozenset({"expired", "name_differs", "born_differs"})
assert set(PROBLEMS) >= NOT_TAKEN | WORDED_ELSEWHERE


def wallet_sign(state: State) -> Sign:
    """How far it is."""
    match state:
        case "asked":
            return Sign("wait", "hourglass", _("Waiting for the wallet"))
        case "answered":
            return Sign("seen", "hourglass", _("Being checked"))
        case "accepted":
            return Sign("paid", "check-circle", _("Accepted"))
        case "refused":
            return Sign("problem", "alert", _("Not accepted"))
    return Sign("quiet", "clock", _("The time is over"))
