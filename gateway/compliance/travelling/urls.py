"""Paths of the room: those that the Travel Rule Protocol's messages go to."""

from django.urls import path

from gateway.compliance.travelling import views

urlpatterns = [
    path("trp/inquiries/<str:token>", views.inquiry, name="trp-inquiry"),
    path("trp/resolutions/<str:token>", views.resolution, name="trp-resolution"),
    path("trp/confirmations/<str:token>", views.confirmation, name="trp-confirmation"),
    path("identity", views.identity, name="trp-identity"),
]
