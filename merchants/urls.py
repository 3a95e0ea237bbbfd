"""The merchants' side of the web process: sign-in, the API, the till, payment links, the
dashboard, the desk, the house."""

from django.urls import include, path

urlpatterns = [
    path("v1/", include("merchants.api.urls")),
    path("", include("merchants.accounts.urls")),
    path("", include("merchants.pos.urls")),
    path("", include("merchants.receipts.urls")),
    path("", include("merchants.links.urls")),
    path("", include("merchants.plugins.urls")),
    path("", include("merchants.counter.urls")),
    path("", include("merchants.notices.urls")),
    path("", include("merchants.onboarding.urls")),
    path("", include("merchants.moving.urls")),
    path("", include("merchants.dashboard.urls")),
    path("desk/", include("merchants.dashboard.desk.urls")),
    path("house/", include("merchants.dashboard.house.urls")),
]
