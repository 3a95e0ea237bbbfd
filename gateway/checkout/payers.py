"""The page on which a shopper says who pays, before the checkout shows where to."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum, parse_address
from gateway.checkout.countries import country_choices
from gateway.checkout.payer_form import (
    PayerForm,
    document_choices,
    form_empty,
    form_read,
    payer_problem,
    way_label,
    way_word,
)
from gateway.checkout.places import served_here, shopper_hear
from gateway.compliance.knowing.errors import JurisdictionNotServed
from gateway.compliance.knowing.jurisdictions import Place
from gateway.compliance.travelling.errors import (
    ChallengeOver,
    OwnershipRefused,
    OwnershipUnasked,
    PayerElsewhere,
    PayerUnclear,
)
from gateway.compliance.travelling.ivms.payers import payer_person
from gateway.compliance.travelling.ownership import Ownership
from gateway.compliance.travelling.proving import Shown, challenge_issue, ownership_shown
from gateway.events.errors import TillwayError
from gateway.invoices.errors import InvoiceNotFound, PayerNotAsked
from gateway.invoices.models import Invoice
from gateway.invoices.payer_told import invoice_tell_payer, wallets_untold
from gateway.invoices.payers import Wanted, amount_of, payer_needed, payer_wanted
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import invoice_public
from gateway.money.amounts import format_amount
from gateway.outside.buckets import buckets_of

ASKED_PER_MINUTE: Final = 30
"""Of one client address: what is written down here is kept for years."""


class PayerThrottled(TillwayError):
    code = "payer_throttled"
    message = "You ask too often. Wait a minute."
    status = 429


@dataclass(frozen=True, slots=True)
class _Asked:
    """An invoice, and what is to be said of who pays it."""

    invoice: Invoice
    shop_name: str
    wanted: Wanted
    paid_from: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/i/{self.invoice.id}/payer"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@served_here
def page(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """GET: the form. POST: a text for the wallet to sign where one is wanted, then the statement.

    What was typed goes with the form from step to step: nothing is kept before it is complete."""
    asked = _asked(invoice_id)
    if asked is None:
        return HttpResponseRedirect(f"/i/{invoice_id}")
    if request.method != "POST":
        paid_from = asked.paid_from[0] if asked.paid_from else ""
        return _draw(request, asked, form_empty(wanted=asked.wanted, paid_from=paid_from))
    form = form_read(request.POST.dict())
    try:
        _brake(request)
        if form.is_own_wallet and asked.wanted.proof:
            return _with_proof(request, asked, form)
        return _told(asked, form)
    except PayerNotAsked:
        return HttpResponseRedirect(f"/i/{invoice_id}")  # it was said meanwhile
    except JurisdictionNotServed:
        raise
    except TillwayError as refused:
        return _draw(request, asked, form, refused=refused)


def _with_proof(request: HttpRequest, asked: _Asked, form: PayerForm) -> HttpResponse:
    """Ask the wallet to sign, or take what it signed.

    Raises:
        PayerUnclear, PayerElsewhere, BadAddress
    """
    now = timezone.now()
    said = form.statement(wanted=asked.wanted)
    payer_person(said.told, known_by=said.known_by, today=now.date())
    address = parse_address(form.typed["wallet_address"])
    if asked.paid_from and checksum(address) not in asked.paid_from:
        raise PayerElsewhere
    refused: TillwayError | None = None
    if request.POST.get("nonce"):
        try:
            shown = ownership_shown(
                shop_id=asked.invoice.shop_id,
                address=address,
                purpose="payment",
                nonce=_nonce(request.POST["nonce"]),
                signature=request.POST.get("signature", ""),
                mode=asked.invoice.mode,
                now=now,
            )
            return _told(asked, form, address=address, shown=shown)
        except (ChallengeOver, OwnershipRefused, OwnershipUnasked) as error:
            refused = error
    text = challenge_issue(
        shop_id=asked.invoice.shop_id,
        address=address,
        purpose="payment",
        about=_about(asked),
        now=now,
    )
    return _draw(request, asked, form, text=text, refused=refused)


def _told(
    asked: _Asked, form: PayerForm, *, address: bytes | None = None, shown: Shown | None = None
) -> HttpResponse:
    statement = form.statement(wanted=asked.wanted, address=address, shown=shown)
    if "address" in statement.known_by:
        lives_in = Place(country=statement.told.country)
        shopper_hear(asked.invoice.id, source="said", place=lives_in)
    invoice_tell_payer(invoice_id=asked.invoice.id, statement=statement, now=timezone.now())
    return HttpResponseRedirect(f"/i/{asked.invoice.id}")


def _asked(invoice_id: UUID) -> _Asked | None:
    """None where nobody needs to say who pays."""
    try:
        invoice = invoice_public(invoice_id)
    except InvoiceNotFound as error:
        raise Http404 from error
    if not payer_needed(invoice):
        return None
    return _Asked(
        invoice=invoice,
        shop_name=invoice.promises.terms.shop_name,
        wanted=payer_wanted(amount_of(invoice), now=timezone.now()),
        paid_from=tuple(checksum(wallet) for wallet in wallets_untold(invoice.id)),
    )


def _about(asked: _Asked) -> str:
    """What the text says that is signed, in the same words whatever the page speaks."""
    amount = amount_of(asked.invoice)
    return f"{format_amount(amount)} {amount.asset.code} to {asked.shop_name}"


def _nonce(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed[:64])
    except ValueError:
        return b""


def _brake(request: HttpRequest) -> None:
    """Raises PayerThrottled."""
    taken = buckets_of(settings.VALKEY_URL).take(
        f"checkout:payers:{request.META['REMOTE_ADDR']}",
        refill=ASKED_PER_MINUTE,
        every_seconds=60,
        burst=ASKED_PER_MINUTE,
    )
    if taken is not None and taken <= 0:
        raise PayerThrottled


def _draw(
    request: HttpRequest,
    asked: _Asked,
    form: PayerForm,
    *,
    text: Ownership | None = None,
    refused: TillwayError | None = None,
) -> HttpResponse:
    marked = refused.field if isinstance(refused, PayerUnclear | PayerElsewhere) else None
    if refused is not None and refused.code == "address_invalid":
        marked = "wallet_address"
    parts = frozenset[str]().union(*asked.wanted.ways)
    context: dict[str, Any] = {
        "invoice": invoice_as_dict(asked.invoice),
        "page_path": asked.path,
        "back_path": f"/i/{asked.invoice.id}",
        "typed": form.typed,
        "kept": [(name, value) for name, value in form.typed.items() if value],
        "ways": [{"value": way_word(way), "label": way_label(way)} for way in asked.wanted.ways],
        "asks_birth": "birth" in parts,
        "asks_address": "address" in parts,
        "asks_document": "document" in parts,
        "asks_proof": asked.wanted.proof,
        "is_paid": bool(asked.paid_from),
        "paid_from": asked.paid_from,
        "countries": country_choices(),
        "documents": document_choices(),
        "text": text,
        "signs": checksum(text.address) if text else "",
        "nonce": text.nonce.hex() if text else "",
        "problem": payer_problem(refused.code, refused.field) if refused else "",
        "problem_of": marked or "",
        "languages": settings.LANGUAGES,
    }
    status = refused.status if refused else 200
    response = render(request, "checkout/payer.html", context, status=status)
    # What is typed here is for nobody else, and the form needs an origin.
    response["Referrer-Policy"] = "same-origin"
    return response
