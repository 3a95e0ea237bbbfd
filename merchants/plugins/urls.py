"""The plugins' API, its lists, pairing, and the addresses that plugins send people to."""

from django.urls import include, path, re_path

from merchants.plugins.views import house, invoices, pairing, refunds, shoppers, stores, webhooks

app_name = "plugins"
_STORE = "stores/<str:store_id>"
_INVOICE = f"{_STORE}/invoices/<str:invoice_id>"
_WEBHOOK = f"{_STORE}/webhooks/<str:webhook_id>"
_REFUND = "pull-payments/<str:refund_id>"
_DELIVERY = f"{_WEBHOOK}/deliveries/<str:delivery>"
api = [
    path("server/info", house.ServerView.as_view()),
    path("health", house.HealthView.as_view()),
    path("api-keys/current", stores.KeyView.as_view()),
    path("stores", stores.StoresView.as_view()),
    path(_STORE, stores.StoreView.as_view()),
    path(f"{_STORE}/payment-methods", stores.StoreMethodsView.as_view()),
    path(f"{_STORE}/payment-methods/OnChain", stores.OnChainMethodsView.as_view()),
    path(f"{_STORE}/payment-methods/LightningNetwork", stores.LightningMethodsView.as_view()),
    path(f"{_STORE}/rates", stores.RatesView.as_view()),
    path(f"{_STORE}/invoices", invoices.InvoicesView.as_view()),
    path(_INVOICE, invoices.InvoiceView.as_view()),
    path(f"{_INVOICE}/payment-methods", invoices.InvoiceMethodsView.as_view()),
    path(f"{_INVOICE}/status", invoices.InvoiceStatusView.as_view()),
    path(f"{_INVOICE}/refund", invoices.InvoiceRefundView.as_view()),
    path(f"{_STORE}/webhooks", webhooks.WebhooksView.as_view()),
    path(_WEBHOOK, webhooks.WebhookView.as_view()),
    path(f"{_WEBHOOK}/deliveries", webhooks.DeliveriesView.as_view()),
    path(_DELIVERY, webhooks.DeliveryView.as_view()),
    path(f"{_DELIVERY}/request", webhooks.DeliveryRequestView.as_view()),
    path(f"{_DELIVERY}/redeliver", webhooks.RedeliverView.as_view()),
    path(f"{_STORE}/pull-payments", refunds.PullPaymentsView.as_view()),
    path(f"{_STORE}/pull-payments/<str:refund_id>", refunds.StorePullPaymentView.as_view()),
    path(_REFUND, refunds.PullPaymentView.as_view()),
    path(f"{_REFUND}/payouts", refunds.ClaimsView.as_view()),
    path(f"{_REFUND}/payouts/<str:payout_id>", refunds.ClaimView.as_view()),
    path(f"{_STORE}/payouts", refunds.PayoutsView.as_view()),
    path(f"{_STORE}/payouts/<str:refund_id>", refunds.PayoutView.as_view()),
    path(f"{_STORE}/payouts/<str:refund_id>/mark-paid", refunds.PayoutPaidView.as_view()),
    re_path(r"^", house.UnknownView.as_view()),
]
urlpatterns = [
    path("api/v1/", include(api)),
    path("misc/permissions", house.permissions),
    path("misc/lang", house.languages),
    path("misc/rate-sources", house.rate_sources),
    path("api-keys/authorize", pairing.authorize, name="authorize"),
    path("invoices/<uuid:invoice_id>", shoppers.invoice),
    path("invoice", shoppers.invoice_by_query),
    path("modal/btcpay.js", shoppers.modal),
]
