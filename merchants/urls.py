"""The merchants' side of the web process: sign-in, the API, the till, the dashboard."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [
    path("", include("merchants.accounts.urls")),
    path("v1/", include("merchants.api.urls")),
    *(
        path("", include(module))
        for module in ("merchants.pos.urls", "merchants.dashboard.urls")
        if find_spec(module)
    ),
]
