"""A shop's customers, as the shop named them: who came back, what they spent, what went back.

Nothing that compliance learnt of a payer is here: a customer is who the shop said, and no address
leads to one.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor
from gateway.invoices.finding import invoices_by_id
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.accounts.guards import MemberRequest, require_action
from merchants.customers.errors import CustomerUnknown
from merchants.customers.models import Customer
from merchants.customers.said import Said, is_email
from merchants.customers.sealing import opened
from merchants.customers.selectors import (
    ORDERS,
    Business,
    Sum,
    business_of,
    customer_get,
    customer_of_invoice,
    customers_by_email,
    customers_page,
    invoices_of_customer,
)
from merchants.customers.services import customer_forget
from merchants.dashboard.auditing import write_down
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, listed
from merchants.dashboard.payments import payment_row
from merchants.dashboard.selectors import time_text

COLUMNS: Final = (
    *("customer_id", "name", "email", "reference", "sales", "spent", "refunded"),
    *("first_at", "last_at"),
)
MOST: Final = 50


@never_cache
@require_GET
@require_action("customer.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Whoever bought last first, or those with an email. Four queries, whatever is stored."""
    email = request.GET.get("email", "").strip()
    context: dict[str, Any] = {"email": email, "no_email": False}
    if email:
        context["no_email"] = not is_email(email)
        customers = (
            customers_by_email(shop_id=shop_id, email=email, most=MOST) if is_email(email) else []
        )
    else:
        asked = _asked(request)
        try:
            found = customers_page(shop_id=shop_id, order=asked.order, cursor=asked.cursor)
        except BadCursor as error:
            raise Http404 from error
        customers = list(found.items)
        context |= {"file_href": asked.address(f"{asked.here}.csv"), **asked.pages(found)}
    context["customers"] = customer_rows(customers, shop_id=shop_id)
    return draw(request, "dashboard/customers.html", context)


@require_GET
@require_action("customer.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """All of them in the order of the page, as CSV, streamed a page at a time."""
    return listed_file(
        request,
        _asked(request),
        kind="customers",
        page=partial(customers_page, shop_id=shop_id),
        columns=COLUMNS,
        lines=partial(_lines, shop_id=shop_id),
    )


def _asked(request: MemberRequest) -> Listed:
    return listed(request.GET, f"/dashboard/{request.shop.id}/customers", orders=ORDERS)


@never_cache
@require_GET
@require_action("customer.view")
def one(request: MemberRequest, shop_id: UUID, customer_id: UUID) -> HttpResponse:
    """One customer with their payments."""
    customer = _found(shop_id, customer_id)
    try:
        ids = invoices_of_customer(customer=customer, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop_id}/customers/{customer_id}"
    context = {
        "customer": customer_rows([customer], shop_id=shop_id)[0],
        "invoices": [
            payment_row(invoice) for invoice in invoices_by_id(shop_id=shop_id, ids=ids.items)
        ],
        "next_href": f"{here}?cursor={ids.next_cursor}" if ids.next_cursor else "",
    }
    return draw(request, "dashboard/customer.html", context)


@require_POST
@require_action("customer.forget")
def forget(request: MemberRequest, shop_id: UUID, customer_id: UUID) -> HttpResponse:
    """Erase who they are; their sales stay."""
    try:
        with transaction.atomic():
            customer_forget(shop_id=shop_id, customer_id=customer_id, now=timezone.now())
            write_down(request, "customer.forgotten", subject=f"customer:{customer_id}")
    except CustomerUnknown as error:
        raise Http404 from error
    messages.success(request, _("The customer is forgotten. Their sales stay, without a name."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/customers")


def customer_rows(customers: Sequence[Customer], *, shop_id: UUID) -> list[dict[str, Any]]:
    """Customers as a page lists them, in their order. Three queries, none for nobody."""
    said = opened(list(customers))
    business = business_of(shop_id=shop_id, customer_ids=[each.id for each in customers])
    return [
        _row(each, said=said.get(each.id, Said()), business=business[each.id]) for each in customers
    ]


def customer_line(*, shop_id: UUID, invoice_id: UUID) -> dict[str, Any] | None:
    """For whom an invoice is, for its page. Two queries at most."""
    customer = customer_of_invoice(shop_id=shop_id, invoice_id=invoice_id)
    if customer is None:
        return None
    said = opened([customer]).get(customer.id, Said())
    return {"id": customer.id, "title": _title(said)}


def _found(shop_id: UUID, customer_id: UUID) -> Customer:
    try:
        return customer_get(shop_id=shop_id, customer_id=customer_id)
    except CustomerUnknown as error:
        raise Http404 from error


def _row(customer: Customer, *, said: Said, business: Business) -> dict[str, Any]:
    return {
        "id": customer.id,
        "title": _title(said),
        "name": said.name,
        "email": said.email,
        "reference": said.reference,
        "sales": business.sales,
        "came_back": business.sales > 1,
        "spent": _sums(business.spent),
        "back": _sums(business.back),
        "first_text": time_text(customer.first_at),
        "last_text": time_text(customer.last_at),
    }


def _lines(customers: Sequence[Customer], *, shop_id: UUID) -> Iterator[tuple[str, ...]]:
    for row in customer_rows(customers, shop_id=shop_id):
        yield (
            str(row["id"]),
            row["name"],
            row["email"],
            row["reference"],
            str(row["sales"]),
            row["spent"],
            row["back"],
            row["first_text"],
            row["last_text"],
        )


def _title(said: Said) -> str:
    return said.name or said.email or said.reference


def _sums(sums: Sequence[Sum]) -> str:
    return ", ".join(
        money_text(format_amount(Amount(each.units, FIAT[each.currency])), each.currency)
        for each in sums
    )
