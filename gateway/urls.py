"""Every path of the web process; each room keeps its own below."""

from django.urls import include, path

handler400 = "merchants.api.problems.bad_request_handler"
handler500 = "merchants.api.problems.server_error_handler"

urlpatterns = [
    path("", include("gateway.supervisor.urls")),
    path("", include("gateway.checkout.urls")),
    path("", include("merchants.urls")),
]
