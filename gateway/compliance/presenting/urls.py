"""Paths of the room."""

from django.urls import path

from gateway.compliance.presenting import views

urlpatterns = [
    path("wallet/requests/<str:token>", views.request_object, name="wallet-request"),
    path("wallet/answers/<str:token>", views.answer, name="wallet-answer"),
]
