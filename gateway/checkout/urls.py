"""The shopper's paths."""

from django.conf import settings
from django.urls import path

from gateway.checkout import (
    asking_costs,
    cards,
    claims,
    embedding,
    exchanges,
    payers,
    sponsored,
    views,
    wallet_facts,
)

app_name = "checkout"
urlpatterns = [
    path("i/<uuid:invoice_id>", views.page, name="page"),
    path("i/<uuid:invoice_id>/panel", views.panel, name="panel"),
    path("i/<uuid:invoice_id>/status", views.status, name="status"),
    path("i/<uuid:invoice_id>/qr.png", views.qr_image, name="qr"),
    path("i/<uuid:invoice_id>/renew", views.renew, name="renew"),
    path("i/<uuid:invoice_id>/costs", asking_costs.page, name="costs"),
    path("i/<uuid:invoice_id>/exchange", exchanges.page, name="exchange"),
    path("i/<uuid:invoice_id>/balances", wallet_facts.balances, name="balances"),
    path("i/<uuid:invoice_id>/network", wallet_facts.network, name="network"),
    path("i/<uuid:invoice_id>/payer", payers.page, name="payer"),
    path("i/<uuid:invoice_id>/card", cards.pay_by_card, name="card"),
    path("i/<uuid:invoice_id>/buy", cards.buy_with_card, name="buy"),
    path("i/<uuid:invoice_id>/authorization", sponsored.authorization, name="authorization"),
    path(
        "i/<uuid:invoice_id>/authorizations/<uuid:authorization_id>",
        sponsored.outcome,
        name="outcome",
    ),
    path("embed/tillway.js", embedding.script, name="embed"),
    path("c/<str:token>", claims.page, name="claim"),
    path("language", views.language, name="language"),
]
if settings.DEBUG:
    from gateway.checkout import styleguide

    urlpatterns += styleguide.urlpatterns
