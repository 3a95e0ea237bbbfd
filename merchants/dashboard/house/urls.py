"""The house's paths, below ``/house/``."""

from django.urls import path

from merchants.dashboard.house import (
    accounts,
    approvals,
    books,
    by_hand,
    cases,
    entering,
    fees,
    holds,
    limits,
    periods,
    reconciling,
    standing,
    travel,
    verification,
)

app_name = "house"
_DIFFERENCE = "reconciliation/differences/<uuid:difference_id>"
urlpatterns = [
    path("", entering.enter, name="enter"),
    path("books", books.trial, name="books"),
    path("books/account", accounts.account, name="account"),
    path("books/account.csv", accounts.statement, name="statement"),
    path("books/entries/<uuid:entry_id>", accounts.entry, name="entry"),
    path("books/periods", periods.periods, name="periods"),
    path("books/periods/<str:name>/close", periods.close, name="period-close"),
    path("approvals", approvals.queue, name="approvals"),
    path("approvals/entry", by_hand.propose, name="entry-by-hand"),
    path("approvals/<uuid:act_id>", approvals.one, name="approval"),
    path("approvals/<uuid:act_id>/<str:verb>", approvals.say, name="approval-say"),
    path("cases", cases.cases, name="cases"),
    path("cases/<uuid:case_id>", cases.case, name="case"),
    path("cases/<uuid:case_id>/record.jsonl", cases.record, name="case-record"),
    path("cases/<uuid:case_id>/<str:verb>", cases.say, name="case-say"),
    path("holds", holds.holds, name="holds"),
    path("holds/<uuid:hold_id>", holds.hold, name="hold"),
    path("travel", travel.exchanges, name="travel"),
    path("travel/<uuid:exchange_id>", travel.exchange, name="travel-exchange"),
    path("shops", standing.shops, name="shops"),
    path("shops/<uuid:shop_id>", standing.shop, name="shop"),
    path("verification", verification.files, name="verifications"),
    path("verification/<uuid:shop_id>", verification.file, name="verification"),
    path("verification/papers/<uuid:paper_id>", verification.paper, name="verification-paper"),
    path("limits", limits.shops, name="limit-shops"),
    path("limits/<uuid:shop_id>", limits.limits, name="limits"),
    path("limits/<uuid:shop_id>/fee", fees.fee, name="fee"),
    path("reconciliation", reconciling.overview, name="reconciliation"),
    path("reconciliation/run", reconciling.run_now, name="reconcile"),
    path("reconciliation/history", reconciling.history, name="reconciliation-history"),
    path(_DIFFERENCE, reconciling.difference, name="difference"),
    path(_DIFFERENCE + "/act", reconciling.act, name="difference-act"),
]
