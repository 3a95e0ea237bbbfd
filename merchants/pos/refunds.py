"""A refund at the till: asked for on a finished sale, claimed by a code that the shopper scans."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gateway.checkout.wording import money_text, trimmed
from gateway.compliance.behaviour.noticing import till_used
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import Invoice
from gateway.invoices.selectors import invoice_get
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from gateway.refunds.deciding import refund_approve, refund_relink
from gateway.refunds.limits import Person
from gateway.refunds.links import link_of
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.requesting import Asked, Wanted, refund_request
from gateway.refunds.selectors import Owed, refundable_of
from merchants.accounts.acting import person_acting
from merchants.accounts.guards import MemberRequest
from merchants.pos.managers import let_go, word_given
from merchants.pos.pin_words import pin_problems
from merchants.tills.acts import REFUND
from merchants.tills.guards import TillRequest, require_till
from merchants.tills.models import Grant


def refund_offers(invoice: Invoice) -> dict[str, Any]:
    """What a form for a refund starts from; empty if nothing can go back. Up to eight queries."""
    found = refundable_of(invoice)
    if not found.is_anything:
        return {}
    return {
        "left": format_amount(found.left) if found.left.is_positive else "",
        "owed": [
            {"claim_id": owed.claim_id, "text": _owed_text(owed), "why": owed_word(owed.reason)}
            for owed in found.owed
        ],
        "draft": str(uuid7()),
    }


def _owed_text(owed: Owed) -> str:
    return money_text(trimmed(format_amount(owed.amount)), owed.amount.asset.code)


def owed_word(reason: str) -> str:
    """Why money is its payer's."""
    return {
        "surplus": _("Paid too much"),
        "wrong_asset": _("Another token than asked for"),
        "cancelled": _("Came after the sale was voided"),
        "late": _("Came too late"),
        "returned": _("Goes back after a check"),
        "payment": _("Payment"),
    }[reason]


def refund_problem(error: TillwayError | MoneyError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    known = {
        "amount_not_a_number": _("That is not an amount."),
        "amount_not_positive": _("Type an amount first."),
        "amount_too_precise": _("That has too many decimal places."),
        "nothing_to_refund": _("Nothing of this sale can be refunded any more."),
        "refund_not_now": _("This can't be refunded yet. Try again later."),
        "refund_too_large": _("That is more than is left to refund."),
        "refund_too_small": _("That is too little to be sent."),
        "refund_balance_short": _("The shop's balance does not cover this refund now."),
        "refund_claim_taken": _("A refund of this money is under way already."),
        "refund_rate_not_allowed": _("The shop's terms don't allow this rate."),
        "refund_approval_refused": _("That is above what you may approve."),
        "refund_not_open": _("This refund no longer takes this step."),
        **pin_problems(error),
    }
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))


def wanted_from(request: MemberRequest, invoice: Invoice) -> Wanted:
    """What a form asks to give back.

    Raises:
        MoneyError: the amount can't be read.
        Http404: the id of money owed is none.
    """
    reason = request.POST.get("reason", "")
    claim = request.POST.get("claim_id", "")
    if claim:
        try:
            return Wanted(claim_id=UUID(claim), reason=reason)
        except ValueError as error:
            raise Http404 from error
    amount: Amount = parse_positive_amount(
        request.POST.get("amount", "").strip(), FIAT[invoice.currency]
    )
    rate = request.POST.get("rate")
    return Wanted(
        amount=amount,
        reason=reason,
        rate="today" if rate == "today" else "paid" if rate == "paid" else None,
    )


def asked_from(request: MemberRequest, invoice: Invoice, *, via: str) -> Asked:
    """Do what a form asks, once per draft; sent again, it answers with a new link.

    Raises:
        TillwayError, MoneyError
    """
    now, person = timezone.now(), person_acting(request, via=via)
    draft = request.POST.get("draft", "")[:64] or str(uuid7())
    asked = refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=wanted_from(request, invoice),
        by=person,
        now=now,
        key=f"{via}:{draft}",
    )
    if asked.token:
        return asked
    refund, token = refund_relink(
        shop_id=invoice.shop_id, refund_id=asked.refund.id, by=person, now=now
    )
    return Asked(refund=refund, token=token)


@sensitive_post_parameters("pin")
@never_cache
@require_POST
@require_till("refund.request")
def ask(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Ask for a refund of a sale, and show the code by which the shopper claims it."""
    try:
        invoice = invoice_get(shop_id=shop_id, invoice_id=invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    context: dict[str, Any] = {
        "shop": request.shop,
        "sale_href": f"/pos/{shop_id}/sales/{invoice_id}",
    }
    try:
        word = word_given(request, act=REFUND, subject=f"invoice:{invoice_id}")
        asked = _approved(request, asked_from(request, invoice, via="till"), word)
        till_used(
            shop=request.shop, who=f"user:{request.user.id}", act="refund", now=timezone.now()
        )
    except (TillwayError, MoneyError) as error:
        context["problem"] = refund_problem(error)
        return render(request, "pos/refund.html", context, status=error.status)
    refund = refund_as_dict(asked.refund)
    context |= {
        "refund": refund,
        "worth_text": worth_text(refund),
        "link": link_of(asked.token),
        "needs_approval": not refund["approved_by"],
    }
    return render(request, "pos/refund.html", context)


def _approved(request: TillRequest, asked: Asked, word: Grant | None) -> Asked:
    """The refund, let go by a manager's word."""

    def approve(manager: Person) -> Asked:
        refund = refund_approve(
            shop_id=request.shop.id, refund_id=asked.refund.id, by=manager, now=timezone.now()
        )
        return Asked(refund=refund, token=asked.token)

    return let_go(request, word, asked, approve)


def worth_text(refund: dict[str, Any]) -> str:
    """What a refund is, for people: of the pricing currency, or of the token that is owed."""
    if refund["kind"] != "payment" or refund["worth"] is None:
        paid = refund["paid_with"]
        return money_text(paid["amount"], paid["asset"])
    return money_text(refund["worth"], refund["currency"])
