"""The paths of whoever scans a till's sticker."""

from django.urls import path

from merchants.counter import views

app_name = "counter"
urlpatterns = [
    path("t/<str:slug>", views.page, name="sticker"),
    path("t/<str:slug>/status", views.status, name="sticker-status"),
]
