"""A place to try a name or an address against what is known, and the book of who did so."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gateway.chains.models import Chain
from gateway.compliance.destinations.releasing import destination_release_propose
from gateway.compliance.destinations.selectors import destination_stopped
from gateway.compliance.inquiring.errors import InquiriesTooMany
from gateway.compliance.inquiring.selectors import inquiries_page
from gateway.compliance.inquiring.services import inquiry_keep, name_look
from gateway.compliance.listed.dates import iso_date
from gateway.compliance.listed.entities import ListedId
from gateway.compliance.listed.errors import ListError
from gateway.compliance.naming.models import KINDS
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.weights import POINTS, WEIGHTS
from gateway.compliance.tracing.requesting import address_ask
from gateway.compliance.tracing.selectors import wallet_verdicts_about
from gateway.compliance.tracing.spelling import spelled
from gateway.events.errors import BadCursor, TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.own_shop import check_address_not_own
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.lists import problem_words
from merchants.dashboard.house.screening_rows import (
    inquiry_rows,
    score_row,
    unsaid_word,
    wallet_facts,
)
from merchants.dashboard.lists import listed

ROOT: Final = "/house/screening"
PERCENT: Final = POINTS // 100
MAX_NAME: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("screening.look", shop=None)
def names(request: MemberRequest) -> HttpResponse:
    """Whom the lists name like somebody. Posted, so that no name stands in an address or a log."""
    told = _told(request)
    context: dict[str, Any] = {"told": told, "kinds": KINDS, "own": WEIGHTS.threshold // PERCENT}
    if request.method != "POST":
        return draw(request, "dashboard/house/screening.html", context)
    query = _query(told)
    if query is None:
        context["problem"] = _("Write a name, and a date of birth as 1971, 1971-05 or 1971-05-03.")
        return draw(request, "dashboard/house/screening.html", context, status=422)
    try:
        look = name_look(
            query=query,
            threshold=_threshold(told["threshold"]) * PERCENT,
            by=request.user.pk,
            now=timezone.now(),
        )
    except InquiriesTooMany as refused:
        context["problem"] = problem_words(refused)
        return draw(request, "dashboard/house/screening.html", context, status=refused.status)
    context |= {
        "look": look,
        "unsaid": unsaid_word(look.reason),
        "versions": ", ".join(look.versions),
        "at_least": look.threshold // PERCENT,
        "rows": [score_row(one) for one in look.scores],
    }
    return draw(request, "dashboard/house/screening.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("screening.look", shop=None)
def wallet(request: MemberRequest) -> HttpResponse:
    """What is known of an address: its newest trace; or, asked for, one that workers do."""
    chains = list(Chain.objects.filter(enabled=True).order_by("name"))
    typed = request.POST.get("address", "").strip()[:100]
    context: dict[str, Any] = {
        "chains": chains,
        "typed": typed,
        "chosen": request.POST.get("chain", ""),
    }
    if request.method != "POST":
        return draw(request, "dashboard/house/screening_wallet.html", context)
    read = spelled(typed)
    chain = next((one for one in chains if str(one.id) == context["chosen"]), None)
    if read is None or chain is None or read.chain_id not in (None, chain.id):
        context["problem"] = _("Write an EVM address, in any spelling, and choose its chain.")
        return draw(request, "dashboard/house/screening_wallet.html", context, status=422)
    stopped = destination_stopped(read.address, chain_id=chain.id)
    if request.POST.get("do") == "release" and stopped is not None:
        try:
            check_address_not_own(request.user, read.address)
            act = destination_release_propose(
                verdict_id=stopped.id, by=request.user.pk, reason=request.POST.get("reason", "")
            )
        except TillwayError as refused:
            context["problem"] = problem_words(refused)
            return draw(request, "dashboard/house/screening_wallet.html", context, status=422)
        return HttpResponseRedirect(f"/house/approvals/{act.id}")
    about = f"address:0x{read.address.hex()}"
    now = timezone.now()
    found = [one for one in wallet_verdicts_about(about) if one.chain_id == chain.id]
    is_asked = request.POST.get("do") == "trace"
    try:
        inquiry_keep(
            kind="wallet",
            by=request.user.pk,
            asked={"address": f"0x{read.address.hex()}", "chain_id": chain.id, "anew": is_asked},
            found={"state": found[0].state if found else "", "verdicts": len(found)},
            now=now,
        )
    except InquiriesTooMany as refused:
        context["problem"] = problem_words(refused)
        return draw(
            request, "dashboard/house/screening_wallet.html", context, status=refused.status
        )
    if is_asked:
        address_ask(chain=chain, address=read.address, now=now)
        messages.success(request, _("It is being traced. Look again in some seconds."))
    context |= {"address": read.address, "facts": wallet_facts(found[0]) if found else None}
    context |= {"is_looked_up": True, "stopped": stopped}
    return draw(request, "dashboard/house/screening_wallet.html", context)


@require_GET
@require_action("screening.look", shop=None)
def looks(request: MemberRequest) -> HttpResponse:
    """Who looked up whom, newest first. Five queries."""
    asked = listed(request.GET, f"{ROOT}/looks")
    try:
        page = inquiries_page(order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    context = {
        "rows": inquiry_rows(page.items),
        **asked.pages(page),
    }
    return draw(request, "dashboard/house/screening_looks.html", context)


def _told(request: MemberRequest) -> dict[str, str]:
    fields = ("name", "kind", "born", "country", "id", "threshold")
    return {name: request.POST.get(name, "").strip()[:MAX_NAME] for name in fields}


def _query(told: dict[str, str]) -> NameQuery | None:
    """What was asked; None if it can't be read."""
    try:
        born = iso_date(told["born"]) if told["born"] else None
    except ListError:
        return None
    if not told["name"]:
        return None
    return NameQuery(
        name=told["name"],
        kind=told["kind"] if told["kind"] in KINDS else "unknown",  # type: ignore[arg-type]
        birth_date=born,
        countries=(told["country"].upper(),) if told["country"] else (),
        ids=(ListedId("", told["id"]),) if told["id"] else (),
    )


def _threshold(text: str) -> int:
    """In percent; the scorer's own where none is told."""
    if text.isascii() and text.isdecimal() and len(text) < 4:
        return min(int(text), 100)
    return WEIGHTS.threshold // PERCENT
