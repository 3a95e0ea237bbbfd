"""The payer's path."""

from django.urls import path

from merchants.links import views

app_name = "links"
urlpatterns = [path("l/<str:slug>", views.page, name="page")]
