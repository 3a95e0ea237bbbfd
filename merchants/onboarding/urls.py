"""The paths of a verification, below a shop's dashboard."""

from django.urls import path

from merchants.onboarding import credentials, pages, papers, people, wallets

app_name = "onboarding"
_ROOT = "dashboard/<uuid:shop_id>/verification"
urlpatterns = [
    path(_ROOT, pages.overview, name="overview"),
    path(_ROOT + "/business", pages.business, name="business"),
    path(_ROOT + "/people", people.people, name="people"),
    path(_ROOT + "/people/new", people.person, name="person-new"),
    path(_ROOT + "/people/<uuid:subject_id>", people.person, name="person"),
    path(_ROOT + "/people/<uuid:subject_id>/remove", people.remove, name="person-remove"),
    path(_ROOT + "/owners", people.owners, name="owners"),
    path(_ROOT + "/identity", papers.identity, name="identity"),
    path(_ROOT + "/wallet", wallets.begin, name="wallet-begin"),
    path(_ROOT + "/wallet/<uuid:presentation_id>", wallets.page, name="wallet"),
    path(_ROOT + "/wallet/<uuid:presentation_id>/status", wallets.status, name="wallet-status"),
    path("wallet/back/<str:token>", wallets.back, name="wallet-back"),
    path(_ROOT + "/credentials/<uuid:subject_id>", credentials.credential, name="credential"),
    path(
        _ROOT + "/credentials/<uuid:subject_id>/status",
        credentials.status,
        name="credential-status",
    ),
    path(_ROOT + "/papers", papers.papers, name="papers"),
    path(_ROOT + "/papers/send", papers.send, name="paper-send"),
    path(_ROOT + "/review", pages.review, name="review"),
]
