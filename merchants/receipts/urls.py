"""The papers' public paths: whoever holds an address may look."""

from django.urls import path

from merchants.receipts import views

app_name = "receipts"
urlpatterns = [
    path("i/<uuid:invoice_id>/receipt", views.of_invoice, name="of-invoice"),
    path("r/<str:token>", views.page, name="page"),
    path("r/<str:token>/receipt.pdf", views.pdf, name="pdf"),
]
