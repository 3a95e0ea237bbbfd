"""The dashboard's paths."""

from django.urls import path
from django.views.generic import RedirectView

from merchants.dashboard import (
    banks,
    developers,
    endpoints,
    payouts,
    settings,
    settlement,
    views,
)

app_name = "dashboard"
_SHOP = "dashboard/<uuid:shop_id>/"
_HOOK = _SHOP + "developers/webhooks/<uuid:endpoint_id>"
_SENT = _HOOK + "/deliveries/<uuid:event_id>"
urlpatterns = [
    path("", RedirectView.as_view(url="/dashboard/")),
    path("dashboard", RedirectView.as_view(url="/dashboard/")),
    path("dashboard/", views.enter, name="enter"),
    path(_SHOP, views.home, name="home"),
    path(_SHOP + "invoices", views.invoices, name="invoices"),
    path(_SHOP + "invoices/<uuid:invoice_id>", views.invoice, name="invoice"),
    path(_SHOP + "invoices/<uuid:invoice_id>/void", views.void, name="void"),
    path(_SHOP + "balances", views.balances, name="balances"),
    path(_SHOP + "payouts", payouts.page, name="payouts"),
    path(_SHOP + "banks", banks.page, name="banks"),
    path(_SHOP + "payouts/<uuid:payout_id>", payouts.detail, name="payout"),
    path(_SHOP + "payouts/<uuid:payout_id>/cancel", payouts.cancel, name="payout-cancel"),
    path(_SHOP + "settings", settings.page, name="settings"),
    path(_SHOP + "settings/settlement", settlement.page, name="settlement"),
    path(_SHOP + "developers", developers.page, name="developers"),
    path(_SHOP + "developers/keys", developers.make_key, name="make-key"),
    path(_SHOP + "developers/keys/<uuid:key_id>/revoke", developers.revoke_key, name="revoke-key"),
    path(_SHOP + "developers/webhooks", developers.add_endpoint, name="add-endpoint"),
    path(_HOOK, endpoints.endpoint, name="endpoint"),
    path(_HOOK + "/switch", endpoints.switch, name="endpoint-switch"),
    path(_HOOK + "/secret", endpoints.rotate, name="endpoint-secret"),
    path(_HOOK + "/test", endpoints.test, name="endpoint-test"),
    path(_SENT, endpoints.delivery, name="delivery"),
    path(_SENT + "/again", endpoints.send_again, name="send-again"),
]
