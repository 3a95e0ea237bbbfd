"""The house's paths, below ``/house/``."""

from django.urls import path

from merchants.dashboard.house import books, entering, reconciling

app_name = "house"
_DIFFERENCE = "reconciliation/differences/<uuid:difference_id>"
urlpatterns = [
    path("", entering.enter, name="enter"),
    path("books", books.trial, name="books"),
    path("reconciliation", reconciling.overview, name="reconciliation"),
    path("reconciliation/run", reconciling.run_now, name="reconcile"),
    path("reconciliation/history", reconciling.history, name="reconciliation-history"),
    path(_DIFFERENCE, reconciling.difference, name="difference"),
    path(_DIFFERENCE + "/act", reconciling.act, name="difference-act"),
]
