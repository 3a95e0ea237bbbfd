"""Words about credentials that the house gives out itself."""

from django.utils.translation import gettext as _

from gateway.compliance.issuing.life import OfferState
from merchants.dashboard.wording import Sign


def offer_sign(state: OfferState) -> Sign:
    """How far an offer is."""
    match state:
        case "asked":
            return Sign("wait", "hourglass", _("Waiting for the wallet"))
        case "taken":
            return Sign("seen", "hourglass", _("The wallet is fetching it"))
        case "issued":
            return Sign("paid", "check-circle", _("In the wallet"))
        case "blocked":
            return Sign("problem", "alert", _("Too many wrong codes"))
        case "withdrawn":
            return Sign("quiet", "cross", _("Withdrawn"))
    return Sign("quiet", "clock", _("The time is over"))


def standing_sign(standing: str, *, is_over: bool) -> Sign:
    """What a credential is worth now."""
    match standing:
        case "revoked":
            return Sign("problem", "cross", _("Taken back"))
        case _ if is_over:
            return Sign("quiet", "clock", _("Expired"))
        case "suspended":
            return Sign("wait", "hourglass", _("Suspended"))
    return Sign("paid", "check-circle", _("Counts"))
