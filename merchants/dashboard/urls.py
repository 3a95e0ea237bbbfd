"""The dashboard's paths."""

from django.urls import path
from django.views.generic import RedirectView

from merchants.dashboard import (
    bank_account,
    banks,
    card_refunds,
    developers,
    endpoints,
    fee_invoices,
    payout_invoices,
    payout_wallet,
    payouts,
    readers,
    refunds,
    reports,
    reserve,
    settings,
    settlement,
    shifts,
    tills,
    views,
)
from merchants.dashboard.approvals import pages as approvals

app_name = "dashboard"
_SHOP = "dashboard/<uuid:shop_id>/"
_TILLS = _SHOP + "settings/tills"
_PAYMENTS = _SHOP + "payouts/<uuid:payout_id>/invoices"
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
    path(_SHOP + "reserve", reserve.page, name="reserve"),
    path(_SHOP + "refunds", refunds.page, name="refunds"),
    path(_SHOP + "refunds/<uuid:refund_id>", refunds.one, name="refund"),
    path(_SHOP + "invoices/<uuid:invoice_id>/refund", refunds.ask, name="refund-ask"),
    path(
        _SHOP + "invoices/<uuid:invoice_id>/card-refund", card_refunds.ask, name="card-refund-ask"
    ),
    path(_SHOP + "card-refunds/<uuid:card_refund_id>", card_refunds.decide, name="card-refund"),
    path(_SHOP + "payouts", payouts.page, name="payouts"),
    path(_SHOP + "reports", reports.page, name="reports"),
    path(_SHOP + "reports/sales.csv", reports.sales, name="report-sales"),
    path(_SHOP + "reports/books.csv", reports.books, name="report-books"),
    path(_SHOP + "reports/fees.csv", reports.fees, name="report-fees"),
    path(_SHOP + "reports/costs.csv", reports.costs, name="report-costs"),
    path(_SHOP + "reports/statement.pdf", reports.statement, name="report-statement"),
    path(_SHOP + "shifts", shifts.page, name="shifts"),
    path(_SHOP + "shifts/<uuid:shift_id>", shifts.one, name="shift"),
    path(_SHOP + "shifts/<uuid:shift_id>.csv", shifts.file, name="shift-file"),
    path(_SHOP + "fee-invoices", fee_invoices.page, name="fee-invoices"),
    path(_SHOP + "fee-invoices/<uuid:document_id>.pdf", fee_invoices.file, name="fee-invoice"),
    path(_SHOP + "banks", banks.page, name="banks"),
    path(_SHOP + "payouts/<uuid:payout_id>", payouts.detail, name="payout"),
    path(_SHOP + "payouts/<uuid:payout_id>/cancel", payouts.cancel, name="payout-cancel"),
    path(_SHOP + "approvals", approvals.queue, name="approvals"),
    path(_SHOP + "approvals/<uuid:act_id>", approvals.one, name="approval"),
    path(_SHOP + "approvals/<uuid:act_id>/<str:verb>", approvals.say, name="approval-say"),
    path(_PAYMENTS, payout_invoices.page, name="payout-invoices"),
    path(_PAYMENTS + ".csv", payout_invoices.file, name="payout-invoices-file"),
    path(_SHOP + "settings", settings.page, name="settings"),
    path(_SHOP + "settings/bank", bank_account.page, name="bank-account"),
    path(_SHOP + "settings/settlement", settlement.page, name="settlement"),
    path(_SHOP + "settings/wallet", payout_wallet.page, name="payout-wallet"),
    path(_SHOP + "settings/readers", readers.page, name="readers"),
    path(_SHOP + "settings/readers/<uuid:reader_id>/remove", readers.remove, name="reader-remove"),
    path(_TILLS, tills.page, name="tills"),
    path(_TILLS + "/new", tills.make, name="till-make"),
    path(_TILLS + "/pin", tills.forget_pin, name="till-pin"),
    path(_TILLS + "/<uuid:till_id>/code", tills.code, name="till-code"),
    path(_TILLS + "/<uuid:till_id>/revoke", tills.revoke, name="till-revoke"),
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
