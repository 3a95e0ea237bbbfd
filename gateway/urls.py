"""Every path of the web process; each room keeps its own below."""

from django.urls import include, path

urlpatterns = [
    path("", include("gateway.supervisor.urls")),
    path("", include("gateway.checkout.urls")),
    path("", include("merchants.urls")),
]
