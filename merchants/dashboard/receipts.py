"""What stands on receipts, which printers print them, and when tills ask for a manager's PIN."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import FIAT
from gateway.money.errors import MoneyError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.audit.recording import changes
from merchants.catalogue.errors import ItemInvalid
from merchants.catalogue.words import tax_ppm_from
from merchants.dashboard.auditing import write_down
from merchants.dashboard.frame import draw
from merchants.pos.receipts import receipt_problem
from merchants.pos.views import problem_words
from merchants.receipts.errors import PrinterInvalid, PrinterUnknown
from merchants.receipts.headings import heading_of, heading_put
from merchants.receipts.layout import percent_text
from merchants.receipts.models import Document, Heading, Printer
from merchants.receipts.plain_text import COLUMNS
from merchants.receipts.printing import NewPrinter, printer_add, printer_drop
from merchants.receipts.selectors import documents_of_invoice, printers_of
from merchants.tills.errors import RulesInvalid
from merchants.tills.rules import VOID_RULES, Rules
from merchants.tills.ruling import rules_of, rules_put
from merchants.tills.selectors import till_get, tills_of

MANAGE: Final = "shop.change_terms"
"""An owner's: a printer is an address in a network that is called, and a rule binds managers."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The settings of receipts; a POST names the section that it saves."""
    if request.method != "POST":
        return _page(request)
    section = request.POST.get("section", "")
    if section not in _SAVES:
        raise Http404
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    try:
        with transaction.atomic():
            said = _SAVES[section](request)
    except TillwayError as error:
        return _page(request, section, receipt_problem(error), status=error.status)
    except MoneyError as error:
        return _page(request, section, problem_words(error), status=error.status)
    messages.success(request, said)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/receipts")


@require_POST
@require_action(MANAGE)
def remove_printer(request: MemberRequest, shop_id: UUID, printer_id: UUID) -> HttpResponse:
    """Print nothing there any more."""
    try:
        with transaction.atomic():
            printer = printer_drop(shop_id=shop_id, printer_id=printer_id, now=timezone.now())
            _write_down(request, {"printer": {"from": _printer_told(printer), "to": None}})
    except PrinterUnknown as error:
        raise Http404 from error
    messages.success(request, _("“%(name)s” prints nothing any more.") % {"name": printer.name})
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/receipts")


def papers_of_invoice(*, shop_id: UUID, invoice_id: UUID) -> dict[str, Any]:
    """An invoice's receipt and its credit notes, as its page lists them. Two queries."""
    found = documents_of_invoice(shop_id=shop_id, invoice_id=invoice_id)
    return {
        "receipts": [_paper(one) for one in found if one.kind == "receipt"],
        "credit_notes": [_paper(one) for one in found if one.kind == "credit_note"],
    }


# --- what each section saves ---------------------------------------------------------------------


def _heading(request: MemberRequest) -> str:
    before = _heading_said(heading_of(shop_id=request.shop.id))
    heading = heading_put(
        shop_id=request.shop.id,
        given={name: request.POST.get(name, "") for name in _HEADING},
        by=request.user.id,
        now=timezone.now(),
    )
    # Which fields, not what they say: a shop's name and address may be a person's.
    _write_down(request, {"heading": sorted(changes(before, _heading_said(heading)))})
    return _("Saved. Receipts that have their number stay as they are.")


def _rules(request: MemberRequest) -> str:
    void = request.POST.get("void", "")
    if void not in VOID_RULES:
        raise RulesInvalid
    currency = FIAT[request.shop.pricing_currency]
    typed = request.POST.get("void_above", "").strip()
    rules = Rules(
        void=void,
        void_above_units=parse_amount(typed, currency).units if typed else 0,
        discount_above_ppm=_percent(request.POST.get("discount_above", "").strip()),
    )
    before = rules_of(shop_id=request.shop.id)
    rules_put(shop_id=request.shop.id, rules=rules, by=request.user.id, now=timezone.now())
    _write_down(request, changes(asdict(before), asdict(rules)))
    return _("Saved. Your tills go by it from the next tap on.")


def _percent(typed: str) -> int | None:
    if not typed:
        return None
    try:
        return tax_ppm_from(typed)
    except ItemInvalid as error:
        raise RulesInvalid from error


def _printer(request: MemberRequest) -> str:
    till_id = _till_id(request)
    wanted = NewPrinter(
        name=request.POST.get("name", ""),
        host=request.POST.get("host", "").strip(),
        port=_whole(request.POST.get("port", "")),
        columns=_whole(request.POST.get("columns", "")),
        charset=request.POST.get("charset", ""),
        till_id=till_id,
    )
    printer = printer_add(
        shop_id=request.shop.id, wanted=wanted, by=request.user.id, now=timezone.now()
    )
    _write_down(request, {"printer": {"from": None, "to": _printer_told(printer)}})
    return _("“%(name)s” was added. Print a receipt at the till to try it.") % {
        "name": printer.name
    }


def _till_id(request: MemberRequest) -> UUID | None:
    typed = request.POST.get("till", "")
    if not typed:
        return None
    try:
        till = till_get(shop_id=request.shop.id, till_id=UUID(typed))
    except ValueError as error:
        raise Http404 from error
    if till is None:
        raise Http404
    return till.id


def _whole(typed: str) -> int:
    typed = typed.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        raise PrinterInvalid
    return int(typed)


_HEADING: Final = ("legal_name", "address", "tax_number", "footer", "language")
_SAVES: Final = {"heading": _heading, "rules": _rules, "printer": _printer}


def _write_down(request: MemberRequest, detail: dict[str, Any]) -> None:
    write_down(request, "settings.changed", subject="settings:receipts", detail=detail)


def _heading_said(heading: Heading | None) -> dict[str, str]:
    return {name: getattr(heading, name, "") for name in _HEADING}


def _printer_told(printer: Printer) -> str:
    return f"{printer.name} {printer.host}:{printer.port}"


# --- parts ---------------------------------------------------------------------------------------


def _page(
    request: MemberRequest, section: str = "", problem: str = "", *, status: int = 200
) -> HttpResponse:
    shop_id, now = request.shop.id, timezone.now()
    heading, rules = heading_of(shop_id=shop_id), rules_of(shop_id=shop_id)
    currency = FIAT[request.shop.pricing_currency]
    most = rules.discount_above_ppm
    typed = request.POST if problem else {}
    context: dict[str, Any] = {
        "can_manage": may(request, MANAGE),
        "problems": {section: problem} if problem else {},
        "typed": typed,
        "heading": typed if section == "heading" else heading,
        "languages": settings.LANGUAGES,
        "void_rules": _void_words(),
        "void": rules.void,
        "void_above": format_amount(Amount(rules.void_above_units, currency)),
        "discount_above": "" if most is None else percent_text(most),
        "currency": currency.code,
        "printers": [_printer_row(one) for one in printers_of(shop_id=shop_id)],
        "tills": [line.till for line in tills_of(shop_id=shop_id, now=now)],
        "columns": COLUMNS,
        "charsets": (("latin", _("Latin letters")), ("gb18030", _("Chinese (GB 18030)"))),
        "networks": bool(settings.PRINTER_NETWORKS),
    }
    return draw(request, "dashboard/receipts.html", context, status=status)


def _void_words() -> list[tuple[str, str]]:
    return [
        ("paid", _("Where something was paid")),
        ("above", _("Where something was paid, and above an amount")),
        ("always", _("Always")),
        ("never", _("Never")),
    ]


def _printer_row(printer: Printer) -> dict[str, Any]:
    return {
        "id": printer.id,
        "name": printer.name,
        "address": f"{printer.host}:{printer.port}",
        "columns": printer.columns,
        "till": printer.till.name if printer.till else _("Every till"),
    }


def _paper(document: Document) -> dict[str, str]:
    return {"label": document.label, "href": f"/r/{document.token}"}
