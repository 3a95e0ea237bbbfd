"""What letters about an account say, in the language in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from merchants.accounts.role_words import role_word


@dataclass(frozen=True, slots=True)
class Written:
    """One letter, ready to be sent."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    lines: tuple[str, ...]
    button: str = ""


def written(kind: str, *, detail: Mapping[str, Any], link: str, at: datetime) -> Written:
    """The letter of this kind.

    Args:
        link: where its button leads; empty where it has none.
    """
    words = _words(kind, detail)
    context = {
        "subject": words.subject,
        "lines": words.lines,
        "button": words.button if link else "",
        "link": link,
        "at": at,
    }
    return Written(
        subject=words.subject,
        text=render_to_string("accounts/mail.txt", context),
        html=render_to_string("accounts/mail.html", context),
    )


def _words(kind: str, detail: Mapping[str, Any]) -> _Words:
    not_you = _("If that wasn't you, change your password now and tell the owner of your shop.")
    match kind:
        case "invitation":
            shop = str(detail["shop"])
            asks = _("%(who)s asks you to work in %(shop)s as: %(role)s.") % {
                "who": detail["who"],
                "shop": shop,
                "role": role_word(str(detail["role"])),
            }
            return _Words(
                _("Join %(shop)s on Tillway") % {"shop": shop},
                (asks, _("The link is good for seven days. If you don't know them, do nothing.")),
                _("Join"),
            )
        case "password_link":
            return _Words(
                _("Choose a new password"),
                (
                    _("Somebody, probably you, asked for a new password of your account."),
                    _("The link is good for one hour, once. If it wasn't you, do nothing."),
                ),
                _("Choose a new password"),
            )
        case "email_link":
            return _Words(
                _("Confirm your new address"),
                (
                    _("You asked to sign in with this address from now on."),
                    _("The link is good for one day. Until then the old one stays."),
                ),
                _("Confirm this address"),
            )
        case "email_changed":
            to = str(detail["to"])
            return _Words(
                _("Your address was changed"),
                (_("You now sign in as %(email)s.") % {"email": to}, not_you),
            )
        case "password_changed":
            return _Words(
                _("Your password was changed"),
                (_("Every other browser was signed out."), not_you),
            )
        case "factor_added":
            return _Words(_("A second factor was added"), (_factor(detail), not_you))
        case "factor_removed":
            return _Words(_("A second factor was taken away"), (_factor(detail), not_you))
        case "recovery_used":
            left = _("Codes left: %(left)s.") % {"left": detail["left"]}
            return _Words(_("A recovery code was used"), (left, not_you))
        case "factors_reset":
            return _Words(
                _("Your second factors will be taken away"),
                (
                    _("%(who)s asked for it, because you lost yours. It happens in a day.")
                    % {"who": detail["who"]},
                    _("If you didn't lose them: sign in and stop it on your account's page."),
                ),
            )
        case _:
            raise LookupError(f"no such letter: {kind}")


def _factor(detail: Mapping[str, Any]) -> str:
    if detail["kind"] == "totp":
        return _("The authenticator app.")
    return _("The passkey “%(name)s”.") % {"name": detail.get("name", "")}
