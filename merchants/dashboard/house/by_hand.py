"""Proposing an entry by hand: typed lines, checked by the books, decided by another person."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.events.errors import TillwayError
from gateway.ledger.accounts import AccountName
from gateway.ledger.postings import Posting
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.treasury.manual_entries import manual_entry_propose
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import assets_by_code
from merchants.pos.views import problem_words

PARTS: Final = 3
MAX_LINES: Final = 50
FIELDS: Final = ("lines", "reason", "documents")


class LineUnreadable(TillwayError):
    code = "line_unreadable"
    status = 422


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("books.post", shop=None)
def propose(request: MemberRequest) -> HttpResponse:
    """The form; once typed well, the act that waits for another person."""
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    if request.method != "POST":
        return draw(request, "dashboard/house/by_hand.html", {"typed": typed})
    try:
        act = manual_entry_propose(
            postings=_postings(typed["lines"]),
            reason=typed["reason"],
            documents=[line.strip() for line in typed["documents"].splitlines() if line.strip()],
            by=request.user.pk,
            now=timezone.now(),
        )
    except (TillwayError, MoneyError) as error:
        words = act_problem(error) if isinstance(error, TillwayError) else problem_words(error)
        context = {"typed": typed, "problem": words}
        return draw(request, "dashboard/house/by_hand.html", context, status=422)
    messages.success(request, _("Proposed. Another person must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


def _postings(text: str) -> list[Posting]:
    """``account asset amount`` a line; a debit is positive, a credit begins with a minus.

    Raises:
        LineUnreadable, MoneyError
    """
    rows = [line.split() for line in text.splitlines() if line.strip()]
    wrong = _("A line is an account, an asset and an amount: losses USDC@8453 -12.50")
    if len(rows) > MAX_LINES or any(len(row) != PARTS for row in rows):
        raise LineUnreadable(wrong)
    known = FIAT | assets_by_code(sorted({asset for _account, asset, _amount in rows}))
    postings = []
    for account, code, amount in rows:
        if code not in known:
            raise LineUnreadable(_("%(asset)s is no asset we know.") % {"asset": code[:40]})
        units = parse_amount(amount.removeprefix("-"), known[code])
        postings.append(Posting(AccountName(account), -units if amount.startswith("-") else units))
    return postings
