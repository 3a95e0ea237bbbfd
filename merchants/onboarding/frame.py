"""What every page of a verification has around it: the file, its steps, what is due."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.compliance.knowing.facts import OpenFile, file_opened
from gateway.compliance.knowing.file_models import OURS
from gateway.compliance.knowing.files import file_open
from gateway.compliance.knowing.requirements import Requirement
from gateway.compliance.knowing.standing import requirements_of
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, may
from merchants.dashboard.frame import draw
from merchants.onboarding.steps import NAMES, steps_of
from merchants.onboarding.words import status_sign

CHANGE = "verification.change"


class Page:
    """A shop's file as a page needs it."""

    def __init__(self, request: MemberRequest) -> None:
        self.request = request
        file = file_open(shop_id=request.shop.id, now=timezone.now())
        self.opened: OpenFile = file_opened(file)
        self.file = file
        self.due: tuple[Requirement, ...] = requirements_of(
            file, today=timezone.now().date(), opened=self.opened
        )

    @property
    def root(self) -> str:
        return f"/dashboard/{self.request.shop.id}/verification"

    @property
    def may_change(self) -> bool:
        """Whether the reader may change anything now."""
        return may(self.request, CHANGE) and self.file.status not in OURS

    def draw(
        self, template: str, context: dict[str, Any], *, step: str = "", status: int = 200
    ) -> HttpResponse:
        after = NAMES.index(step) + 1 if step in NAMES else 0
        frame = {
            "file": self.file,
            "root": self.root,
            "sign": status_sign(self.file.status),
            "steps": steps_of(self.due),
            "step": step,
            "number": after,
            "next_step": NAMES[after] if 0 < after < len(NAMES) else "",
            "may_change": self.may_change,
        }
        response = draw(self.request, f"onboarding/{template}.html", frame | context, status=status)
        response["Cache-Control"] = "no-store"
        return response


def subject_or_none(opened: OpenFile, subject_id: UUID) -> Any:
    """The person or company of that id in the file, never the business itself."""
    return next((one for one in opened.people if one.id == subject_id), None)


def refusal(error: TillwayError) -> str:
    """Why something was not taken, in the reader's language."""
    return {
        "business_file_with_us": _("This is being looked at; it can't be changed now."),
        "business_file_incomplete": _("Something is still missing."),
        "paper_too_large": _("This file is too large: send one of up to 8 MB."),
        "paper_too_small": _("This image is too small to be read. Take it closer."),
        "paper_empty": _("Choose a file first."),
        "paper_unknown_kind": _("This is no photo and no PDF. Send a JPEG, PNG, WebP or PDF."),
        "paper_unreadable": _("This file can't be read. Take the photo again."),
        "paper_locked": _("This PDF is locked by a password. Send it without one."),
        "paper_active": _("This PDF holds scripts, forms or other files. Send a photo instead."),
        "paper_too_long": _("This PDF is too long. Send the pages that matter."),
        "paper_infected": _("The virus scanner refuses this file. Send a photo instead."),
        "scanner_silent": _("Papers can't be taken in now. Try again in a few minutes."),
    }.get(error.code) or {
        "share": _("Write a share like 25, 33.5 or 1/3; together no more than all of it."),
        "country": _("There is no such country."),
        "sells_to": _("We don't know one of these countries. Check how it is written."),
        "date_of_birth": _("This is no date of birth."),
        "expected_monthly": _("This is no amount. Write digits only."),
        "roles": _("Choose at least one."),
    }.get(error.field or "", _("This can't be taken as it is."))
