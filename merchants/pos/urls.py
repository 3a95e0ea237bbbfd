"""The till's paths."""

from django.urls import path
from django.views.generic import RedirectView

from merchants.pos import (
    beside,
    cashiers,
    displays,
    offline,
    pairing,
    receipts,
    refunds,
    shifts,
    tickets,
    views,
)
from merchants.pos.away import views as away_views

app_name = "pos"
_TICKET = "pos/<uuid:shop_id>/tickets/<uuid:ticket_id>"
_RECEIPT = "pos/<uuid:shop_id>/receipts/<uuid:receipt_id>"
urlpatterns = [
    path("pos", RedirectView.as_view(url="/pos/")),
    path("pos/", views.shops, name="shops"),
    path("pos/pair", pairing.pair, name="pair"),
    path("pos/cashier", cashiers.enter, name="cashier"),
    path("pos/lock", cashiers.lock, name="lock"),
    path("pos/here", cashiers.here, name="here"),
    path("pos/worker.js", offline.worker, name="worker"),
    path("pos/till.webmanifest", offline.manifest, name="manifest"),
    path("pos/away", offline.away, name="away"),
    path("pos/left", away_views.left, name="left"),
    path("pos/display", displays.page, name="display"),
    path("pos/display/part", displays.part, name="display-part"),
    path("pos/display/tip", displays.tip, name="display-tip"),
    path("pos/display/pair", displays.pair, name="display-pair"),
    path("pos/<uuid:shop_id>/", views.till, name="till"),
    path("pos/<uuid:shop_id>/pin", cashiers.own_pin, name="own-pin"),
    path("pos/<uuid:shop_id>/display", beside.display, name="display-setup"),
    path("pos/<uuid:shop_id>/beside", beside.strip, name="beside"),
    path("pos/<uuid:shop_id>/showing", beside.showing, name="showing"),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>/let-go", beside.let_go, name="let-go"),
    path("pos/<uuid:shop_id>/arrivals/<uuid:invoice_id>", beside.arrival, name="arrival"),
    path("pos/<uuid:shop_id>/shift", shifts.page, name="shift"),
    path("pos/<uuid:shop_id>/shifts/<uuid:shift_id>", shifts.report, name="z-report"),
    path("pos/<uuid:shop_id>/away-sales", away_views.send, name="away-sales"),
    path("pos/<uuid:shop_id>/recent", views.recent, name="recent"),
    path("pos/<uuid:shop_id>/ticket", views.ticket, name="ticket"),
    path("pos/<uuid:shop_id>/tickets", tickets.page, name="tickets"),
    path("pos/<uuid:shop_id>/tickets/typed", tickets.typed, name="ticket-typed"),
    path(_TICKET, tickets.ticket, name="ticket-page"),
    path(f"{_TICKET}/items/<uuid:item_id>", tickets.choose, name="ticket-item"),
    path(f"{_TICKET}/turned", tickets.tip, name="ticket-tip"),
    path(f"{_TICKET}/receipt", receipts.of_ticket, name="ticket-receipt"),
    path(f"{_TICKET}/<str:verb>", tickets.act, name="ticket-act"),
    path("pos/<uuid:shop_id>/receipts/last", receipts.last, name="last-receipt"),
    path(_RECEIPT, receipts.page, name="receipt"),
    path(f"{_RECEIPT}/print", receipts.print_it, name="receipt-print"),
    path(f"{_RECEIPT}/paper", receipts.paper, name="receipt-paper"),
    path(f"{_RECEIPT}/mail", receipts.mail, name="receipt-mail"),
    path(
        "pos/<uuid:shop_id>/sales/<uuid:invoice_id>/receipt",
        receipts.of_sale,
        name="sale-receipt",
    ),
    path("pos/<uuid:shop_id>/sales", views.charge, name="charge"),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>", views.sale, name="sale"),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>/card", views.card, name="card"),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>/reader", views.reader, name="reader"),
    path(
        "pos/<uuid:shop_id>/sales/<uuid:invoice_id>/reader/stop",
        views.reader_stop,
        name="reader-stop",
    ),
    path(
        "pos/<uuid:shop_id>/sales/<uuid:invoice_id>/card-refund",
        views.card_refund,
        name="card-refund",
    ),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>/void", views.void, name="void"),
    path("pos/<uuid:shop_id>/sales/<uuid:invoice_id>/refund", refunds.ask, name="refund"),
]
