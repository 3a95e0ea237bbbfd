"""How risky a shop is, in words; for the house alone."""

from django.utils.translation import gettext as _

from merchants.dashboard.wording import Sign


def risk_sign(rating: str) -> Sign:
    match rating:
        case "high":
            return Sign("problem", "alert", _("High risk"))
        case "medium":
            return Sign("wait", "alert", _("Medium risk"))
    return Sign("paid", "check-circle", _("Low risk"))
