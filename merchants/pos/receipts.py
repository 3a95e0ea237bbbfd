"""Receipts at the till: look at one, print it, mail it, or show its code; the last one again."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.selectors import invoice_get
from merchants.accounts.guards import may
from merchants.receipts.drawing import sheet_for
from merchants.receipts.errors import DocumentNotFound, NotPaidYet, ShopMailsThrottled
from merchants.receipts.issuing import receipt_for_invoice, receipt_for_ticket
from merchants.receipts.mailing import mail_ask
from merchants.receipts.models import Document, Mailing, PrintJob
from merchants.receipts.printing import print_ask
from merchants.receipts.selectors import (
    document_get,
    last_document,
    mailings_of,
    notes_of,
    printer_get,
    printers_at,
    prints_of,
    was_on_paper,
)
from merchants.receipts.views import drawn
from merchants.tickets.errors import TicketNotFound
from merchants.tills.acting import maker_of
from merchants.tills.guards import TillRequest, require_till

HERE: Final = "here"
"""The printer's name in a form: the browser itself."""
MAX_KEY: Final = 64
UNDER_WAY: Final = frozenset({"waiting", "sending"})


@never_cache
@require_GET
@require_till("invoice.create")
def of_sale(request: TillRequest, shop_id: UUID, invoice_id: UUID) -> HttpResponse:
    """To a sale's receipt, numbered when somebody first wants it."""
    try:
        invoice = invoice_get(shop_id=shop_id, invoice_id=invoice_id)
        document = receipt_for_invoice(invoice=invoice, now=timezone.now())
    except InvoiceNotFound as error:
        raise Http404 from error
    except NotPaidYet:
        return HttpResponseRedirect(f"/pos/{shop_id}/sales/{invoice_id}")
    return HttpResponseRedirect(_here(document))


@never_cache
@require_GET
@require_till("invoice.create")
def of_ticket(request: TillRequest, shop_id: UUID, ticket_id: UUID) -> HttpResponse:
    """To a ticket's receipt."""
    try:
        document = receipt_for_ticket(shop_id=shop_id, ticket_id=ticket_id, now=timezone.now())
    except TicketNotFound as error:
        raise Http404 from error
    except NotPaidYet:
        return HttpResponseRedirect(f"/pos/{shop_id}/tickets/{ticket_id}")
    return HttpResponseRedirect(_here(document))


@never_cache
@require_GET
@require_till("invoice.create")
def last(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """To the paper that was given last; back to the till where there is none."""
    document = last_document(shop_id=shop_id)
    return HttpResponseRedirect(_here(document) if document else f"/pos/{shop_id}/")


@never_cache
@require_GET
@require_till("invoice.create")
def page(request: TillRequest, shop_id: UUID, receipt_id: UUID) -> HttpResponse:
    """One paper, and its ways out."""
    return _page(request, _found(shop_id, receipt_id))


@require_POST
@require_till("invoice.create")
def print_it(request: TillRequest, shop_id: UUID, receipt_id: UUID) -> HttpResponse:
    """Have it printed, once for each tap: by a printer, or by the browser that asks."""
    document = _found(shop_id, receipt_id)
    chosen = request.POST.get("printer", "")

    def ask() -> PrintJob:
        printer = None
        if chosen != HERE:
            printer = printer_get(shop_id=shop_id, printer_id=_uuid(chosen))
        return print_ask(
            document=document,
            printer=printer,
            key=_key(request),
            by=maker_of(request),
            now=timezone.now(),
        )

    return _done(request, document, ask, then="/paper" if chosen == HERE else "")


@never_cache
@require_GET
@require_till("invoice.create")
def paper(request: TillRequest, shop_id: UUID, receipt_id: UUID) -> HttpResponse:
    """The page that the browser prints: a copy where somebody had it on paper before."""
    document = _found(shop_id, receipt_id)
    jobs = prints_of(document)
    is_copy = bool(jobs) and jobs[0].is_copy
    return drawn(request, document, back=_here(document), is_copy=is_copy, prints=True)


@sensitive_post_parameters("address")
@require_POST
@require_till("invoice.create")
def mail(request: TillRequest, shop_id: UUID, receipt_id: UUID) -> HttpResponse:
    """Have it mailed to the customer, once for each tap."""
    document = _found(shop_id, receipt_id)

    def ask() -> Mailing:
        return mail_ask(
            document=document,
            address=request.POST.get("address", ""),
            key=_key(request),
            by=maker_of(request),
            now=timezone.now(),
        )

    return _done(request, document, ask)


def receipt_problem(error: TillwayError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    if isinstance(error, ShopMailsThrottled):
        return _(
            "This shop mailed too many receipts just now. Try again in %(seconds)s seconds, or show"
            " the code."
        ) % {"seconds": error.retry_after_seconds}
    known = {
        "receipt_mail_address": _("That is no mail address."),
        "receipt_mails_too_many": _(
            "It was mailed as often as one may be. The code opens it on the customer's phone."
        ),
        "receipt_key_invalid": _("This page is old. Try again."),
        "printer_unknown": _("This printer is gone. Choose another one."),
        "printer_invalid": _("A printer needs a name, an address and a port."),
        "printer_name_taken": _("Another printer of this shop has that name."),
        "printers_full": _("A shop has at most 20 printers."),
        "printer_not_allowed": _(
            "Printers at this address can't be used: whoever runs the gateway names their networks."
        ),
        "heading_invalid": _("This is longer than a receipt holds."),
        "till_rules_invalid": _("That is no rule: an amount, or a percentage of at most 100."),
    }
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))


# --- parts ---------------------------------------------------------------------------------------


def _here(document: Document) -> str:
    return f"/pos/{document.shop_id}/receipts/{document.id}"


def _found(shop_id: UUID, receipt_id: UUID) -> Document:
    try:
        return document_get(shop_id=shop_id, document_id=receipt_id)
    except DocumentNotFound as error:
        raise Http404 from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _key(request: TillRequest) -> str:
    return f"till:{request.POST.get('key', '')[:MAX_KEY] or uuid7()}"


def _done(
    request: TillRequest, document: Document, verb: Callable[[], object], *, then: str = ""
) -> HttpResponse:
    try:
        verb()
    except TillwayError as error:
        return _page(request, document, problem=receipt_problem(error), status=error.status)
    return HttpResponseRedirect(f"{_here(document)}{then}")


def _page(
    request: TillRequest, document: Document, *, problem: str = "", status: int = 200
) -> HttpResponse:
    till_id = request.till.till_id if request.till else None
    prints, mails = prints_of(document), mailings_of(document)
    kind, _colon, source_id = document.source.partition(":")
    context: dict[str, Any] = {
        "shop": request.shop,
        "paired": request.till,
        "document": document,
        "sheet": sheet_for(document),
        "here": _here(document),
        "key": str(uuid7()),
        "printers": printers_at(shop_id=request.shop.id, till_id=till_id),
        "was_printed": was_on_paper(document),
        "ways": [*map(_print_way, prints), *map(_mail_way, mails)],
        "waits": not UNDER_WAY.isdisjoint(
            [*(job.state for job in prints), *(mailing.state for mailing in mails)]
        ),
        "notes": [(note.label, _here(note)) for note in notes_of(document)],
        "back": _back(request, kind, source_id),
        "problem": problem,
        "dashboard": may(request, "dashboard.view"),
    }
    return render(request, "pos/receipt.html", context, status=status)


def _back(request: TillRequest, kind: str, source_id: str) -> str:
    """To the sale or the ticket; of a note, to the till."""
    root = f"/pos/{request.shop.id}/"
    pages = {"invoice": f"{root}sales/{source_id}", "ticket": f"{root}tickets/{source_id}"}
    return pages.get(kind, root)


def _print_way(job: PrintJob) -> dict[str, Any]:
    """How a print went, with the printer that may be asked again."""
    tone, icon, word = {
        "waiting": ("wait", "hourglass", _("Waiting for the printer")),
        "sending": ("seen", "progress", _("Printing")),
        "printed": ("paid", "check", _("Printed")),
        "sent": ("paid", "check", _("Sent to the printer")),
        "failed": ("problem", "alert", _("Not printed")),
    }[job.state]
    if job.printer is None:
        word = _("By this browser")
    return {
        "name": job.printer.name if job.printer else _("This device"),
        "at": f"{timezone.localtime(job.asked_at):%H:%M}",
        "tone": tone,
        "icon": icon,
        "word": word,
        "more": _print_error(job.error) if job.error else "",
        "again": job.printer_id if job.state == "failed" and job.printer else None,
    }


def _print_error(code: str) -> str:
    return {
        "printer_off": _("It doesn't answer: is it on, and in the network?"),
        "printer_silent": _("It doesn't answer: is it on, and in the network?"),
        "printer_offline": _("It says that it isn't ready: look at its cover and its lamp."),
        "printer_no_paper": _("It has no paper."),
        "printer_hung_up": _("It is busy with something else."),
        "printer_not_allowed": _("Printers at this address can't be used."),
        "printer_removed": _("This printer was removed."),
    }.get(code, _("It may have printed a part. Look, and print again."))


def _mail_way(mailing: Mailing) -> dict[str, Any]:
    tone, icon, word = {
        "waiting": ("wait", "hourglass", _("Waiting to be mailed")),
        "sending": ("seen", "progress", _("Being mailed")),
        "sent": ("paid", "check", _("Mailed")),
        "failed": ("problem", "alert", _("Not mailed")),
    }[mailing.state]
    refused = mailing.error == "mail_refused"
    return {
        "name": _("E-mail"),
        "at": f"{timezone.localtime(mailing.asked_at):%H:%M}",
        "tone": tone,
        "icon": icon,
        "word": word,
        "more": _("The mailbox refused it: is the address right?") if refused else "",
        "again": None,
    }
