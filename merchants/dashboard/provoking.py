"""Buttons of a test shop that have what is hard to wait for happen to one of its payments."""

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.events.errors import TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.trying.errors import ChainNotOurs
from gateway.trying.ground import own_chain
from gateway.trying.life import UNDER_WAY, WHATS, What
from gateway.trying.models import Provocation
from gateway.trying.selectors import provocations_of
from gateway.trying.services import provoke
from merchants.accounts.acting import person_acting
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign
from merchants.pos.views import problem_words

WHILE_PAYABLE: Final[tuple[What, ...]] = (
    *("paid", "under", "over", "late", "wrong_asset", "held", "reorg"),
)


def provoking_of(
    request: MemberRequest, found: Mapping[str, Any], *, refundable: bool
) -> dict[str, Any]:
    """What the card of an invoice shows; nothing where none belongs. Two queries at most.

    Args:
        found: the invoice as it is presented.
        refundable: something of it may be asked back by this person.
    """
    if request.shop.mode != "test" or settings.LIVE_MODE or not may(request, "invoice.provoke"):
        return {}
    try:
        own_chain()
    except ChainNotOurs:
        return {"provoking": {"elsewhere": True}}
    rows = provocations_of(shop_id=request.shop.id, invoice_id=UUID(found["id"]))
    under_way = any(row.status in UNDER_WAY for row in rows)
    offered = () if under_way else _offered(found, refundable=refundable)
    return {
        "provoking": {
            "choices": [{"what": what, "word": _choice_word(what, found)} for what in offered],
            "rows": [_row(row) for row in rows],
            "under_way": under_way,
        }
    }


@require_POST
@require_action("invoice.provoke")
def ask(request: MemberRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Have it happen."""
    what = request.POST.get("what", "")
    if what not in WHATS:
        raise Http404
    if what == "refund" and not may(request, "refund.request"):
        raise PermissionDenied("refund.request")
    try:
        provoke(
            shop=request.shop,
            invoice_id=invoice_id,
            what=what,
            by=person_acting(request, via="dashboard"),
            now=timezone.now(),
        )
        messages.success(request, _("It is under way. This page shows it when it has happened."))
    except InvoiceNotFound as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, provoking_problem(error))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/invoices/{invoice_id}#provoke")


def _offered(found: Mapping[str, Any], *, refundable: bool) -> tuple[What, ...]:
    """What may be provoked of an invoice as it stands."""
    if found["status"] in ("waiting", "partial"):
        offered: tuple[What, ...] = WHILE_PAYABLE
    elif found["status"] == "expired":
        offered = ("late",)
    else:
        offered = ("reorg",) if _may_be_taken_back(found) else ()
    return (*offered, "refund") if refundable else offered


def _may_be_taken_back(found: Mapping[str, Any]) -> bool:
    return any(one["state"] in ("seen", "confirmed") for one in found["received"])


def _choice_word(what: What, found: Mapping[str, Any]) -> str:
    if what == "reorg" and not _may_be_taken_back(found):
        return _("Pay, then have the chain take it back")
    return what_word(what)


def _row(row: Provocation) -> dict[str, Any]:
    return {
        "word": what_word(cast(What, row.what)),
        "sign": status_sign(row),
        "asked_text": time_text(row.asked_at),
        "not_before_text": time_text(row.not_before)
        if row.not_before is not None and row.status == "waiting"
        else "",
        "tx_hash": "" if row.tx_hash is None else f"0x{bytes(row.tx_hash).hex()}",
        "refund_id": row.refund_id,
        "failure": failure_word(row.failure_code) if row.failure_code else "",
    }


def what_word(what: What) -> str:
    return {
        "paid": _("Pay it"),
        "under": _("Pay half of it"),
        "over": _("Pay too much"),
        "late": _("Pay too late"),
        "wrong_asset": _("Pay in the wrong token"),
        "held": _("Pay from a listed wallet"),
        "reorg": _("Have the chain take it back"),
        "refund": _("Refund half of it"),
    }[what]


def status_sign(row: Provocation) -> Sign:
    match row.status:
        case "waiting":
            return Sign("wait", "clock", _("Under way"))
        case "sent":
            return Sign("seen", "progress", _("Paid; soon taken back"))
        case "done":
            return Sign("paid", "check", _("Happened"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def failure_word(code: str) -> str:
    return {
        "payment_final": _("The payment was final before the chain could take it back."),
        "transfer_failed": _("The chain refused the transfer."),
        "chain_not_ours": _("The house no longer runs this chain."),
    }.get(code, _("The chain or the house was too slow. Try again."))


def provoking_problem(error: TillwayError) -> str:
    """Why not, in the reader's language where we have it."""
    known = {
        "test_only": _("Only a test shop provokes: this is live money."),
        "chain_not_ours": _("The house doesn't run this chain: pay from a wallet with test coins."),
        "every_token_quoted": _(
            "This payment takes every token there is here. Accept fewer in the settings, then ask"
            " for a new payment."
        ),
        "nobody_listed": _("No list in force names a wallet, so nobody's payment would be held."),
        "nothing_to_pay": _("This invoice waits for no payment."),
        "payment_final": _("The payment is final: the chain takes it back no more."),
        "provoking_under_way": _("Something is under way already."),
    }
    return known.get(error.code) or problem_words(error)
