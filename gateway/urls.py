"""Every path of the web process; each room keeps its own below."""

from django.urls import include, path

handler400 = "merchants.api.problems.bad_request_handler"
handler500 = "merchants.api.problems.server_error_handler"

# No two rooms share a path. What is asked for most comes first: patterns are tried in this order.
urlpatterns = [
    path("", include("merchants.urls")),
    path("", include("gateway.checkout.urls")),
    path("", include("gateway.branding.urls")),
    path("", include("gateway.supervisor.urls")),
    path("", include("gateway.ramps.urls")),
    path("", include("gateway.compliance.presenting.urls")),
    path("", include("gateway.compliance.issuing.urls")),
    path("", include("gateway.compliance.travelling.urls")),
]
