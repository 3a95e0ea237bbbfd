from django.urls import path

from shop import views

urlpatterns = [
    path("", views.shelf, name="shelf"),
    path("basket/<slug:slug>", views.put, name="put"),
    path("checkout", views.check_out, name="check-out"),
    path("orders/<str:number>", views.order, name="order"),
    path("orders/<str:number>/pay", views.pay, name="pay"),
    path("webhooks/tillway", views.webhook, name="webhook"),
]
