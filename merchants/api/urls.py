"""The API, version 1."""

from django.urls import path, re_path

from merchants.api.views import (
    approvals,
    banks,
    documents,
    events,
    fees,
    invoices,
    money,
    payout_invoices,
    quotes,
    refunds,
    reports,
    settlement,
    webhooks,
)
from merchants.api.views.unknown import UnknownView

app_name = "api"
_ENDPOINT = "webhook_endpoints/<uuid:endpoint_id>"
_DELIVERY = f"{_ENDPOINT}/deliveries/<uuid:event_id>"
urlpatterns = [
    path("invoices", invoices.InvoicesView.as_view()),
    path("invoices/<uuid:invoice_id>", invoices.InvoiceView.as_view()),
    path("invoices/<uuid:invoice_id>/void", invoices.InvoiceVoidView.as_view()),
    path("invoices/<uuid:invoice_id>/requote", invoices.InvoiceRequoteView.as_view()),
    path("invoices/<uuid:invoice_id>/qr.png", invoices.InvoiceQrView.as_view()),
    path("quotes", quotes.QuotesView.as_view()),
    path("assets", quotes.AssetsView.as_view()),
    path("balances", money.BalancesView.as_view()),
    path("bank-accounts", banks.BankAccountsView.as_view()),
    path("payouts", money.PayoutsView.as_view()),
    path("payout-quotes", settlement.PayoutQuotesView.as_view()),
    path("settlement-policy", settlement.SettlementPolicyView.as_view()),
    path("payouts/<uuid:payout_id>", money.PayoutView.as_view()),
    path("payouts/<uuid:payout_id>/cancel", money.PayoutCancelView.as_view()),
    path("reports/daily", reports.DailyReportView.as_view()),
    path("reports/sales.csv", reports.SalesFileView.as_view()),
    path("reports/books.csv", reports.BookFileView.as_view()),
    path("fee-schedule", fees.FeeScheduleView.as_view()),
    path("invoices/<uuid:invoice_id>/fees", fees.InvoiceFeesView.as_view()),
    path("approvals", approvals.ApprovalsView.as_view()),
    path("payouts/<uuid:payout_id>/invoices", payout_invoices.PayoutInvoicesView.as_view()),
    path("payouts/<uuid:payout_id>/invoices.csv", payout_invoices.PayoutInvoicesFileView.as_view()),
    path("invoices/<uuid:invoice_id>/refundable", refunds.RefundableView.as_view()),
    path("refunds", refunds.RefundsView.as_view()),
    path("refunds/<uuid:refund_id>", refunds.RefundView.as_view()),
    path("refunds/<uuid:refund_id>/approve", refunds.RefundApproveView.as_view()),
    path("refunds/<uuid:refund_id>/cancel", refunds.RefundCancelView.as_view()),
    path("refunds/<uuid:refund_id>/link", refunds.RefundLinkView.as_view()),
    path("webhook_endpoints", webhooks.EndpointsView.as_view()),
    path(_ENDPOINT, webhooks.EndpointView.as_view()),
    path(f"{_ENDPOINT}/rotate_secret", webhooks.EndpointSecretView.as_view()),
    path(f"{_ENDPOINT}/test", webhooks.EndpointTestView.as_view()),
    path(f"{_ENDPOINT}/deliveries", webhooks.DeliveriesView.as_view()),
    path(_DELIVERY, webhooks.DeliveryView.as_view()),
    path(f"{_DELIVERY}/redeliver", webhooks.RedeliverView.as_view()),
    path("events", events.EventsView.as_view()),
    path("events/<uuid:event_id>", events.EventView.as_view()),
    path("openapi.json", documents.openapi, name="openapi"),
    path("docs", documents.reference, name="docs"),
    re_path("", UnknownView.as_view()),
]
