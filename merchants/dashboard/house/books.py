"""The trial balance of a moment: where value lies, against whom it is owed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.ledger.moments import Clock, trial_balance_at
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.book_rows import asset_rows
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text


@dataclass(frozen=True, slots=True)
class Moment:
    """The end of a UTC day, or now where it isn't over."""

    at: datetime
    day: date
    clock: Clock

    @classmethod
    def asked(cls, request: MemberRequest) -> "Moment":
        """
        Raises:
            Http404: the address names no day, or a clock that we don't have.
        """
        now = timezone.now()
        try:
            day = date.fromisoformat(request.GET.get("on") or now.date().isoformat())
            end = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise Http404 from error
        clock = request.GET.get("clock", "booked")
        if clock not in {"booked", "happened"}:
            raise Http404
        return cls(min(end, now), day, "happened" if clock == "happened" else "booked")


@require_GET
@require_action("books.view", shop=None)
def trial(request: MemberRequest) -> HttpResponse:
    """Every account's balance at the end of a day, asset by asset. Three queries."""
    moment = Moment.asked(request)
    lines = trial_balance_at(at=moment.at, clock=moment.clock, by_family=True)
    context = {
        "page": "trial",
        "assets": asset_rows(lines),
        "day": moment.day.isoformat(),
        "clock": moment.clock,
        "at": time_text(moment.at),
    }
    return draw(request, "dashboard/house/trial.html", context)
