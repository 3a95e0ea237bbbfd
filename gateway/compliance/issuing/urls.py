"""Paths of the room."""

from django.urls import path

from gateway.compliance.issuing import views

urlpatterns = [
    path(".well-known/openid-credential-issuer", views.issuer, name="credential-issuer"),
    path(".well-known/oauth-authorization-server", views.server, name="credential-server"),
    path(".well-known/jwt-vc-issuer", views.keys, name="credential-keys"),
    path("credentials/offers/<str:token>", views.offer, name="credential-offer"),
    path("credentials/token", views.token, name="credential-token"),
    path("credentials/nonce", views.nonce, name="credential-nonce"),
    path("credentials/issue", views.issue, name="credential-issue"),
    path("credentials/statuses/1", views.statuses, name="credential-statuses"),
]
