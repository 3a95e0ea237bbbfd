"""The desk's paths, below ``/desk/``."""

from django.urls import path

from merchants.dashboard.desk import (
    asset,
    capital,
    entries,
    following,
    hedging,
    moving,
    ordering,
    overview,
    results,
    switch,
)

app_name = "desk"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("ticket", following.ticket, name="ticket"),
    path("assets/<str:code>", asset.asset, name="asset"),
    path("switch/<str:scope>", switch.switch, name="switch"),
    path("results", results.results, name="results"),
    path("capital", capital.capital, name="capital"),
    path("entries", entries.entries, name="entries"),
    path("entries/<uuid:entry_id>", entries.entry, name="entry"),
    path("entries/of/<path:key>", entries.entry_of, name="entry-of"),
    path("hedges", hedging.hedges, name="hedges"),
    path("hedges/convert", hedging.convert, name="convert"),
    path("hedges/close", hedging.close, name="close"),
    path("hedges/<uuid:hedge_id>", hedging.hedge, name="hedge"),
    path("hedges/<uuid:hedge_id>/call-off", hedging.call_off, name="hedge-call-off"),
    path("orders", ordering.orders, name="orders"),
    path("orders/place", ordering.place, name="order-place"),
    path("orders/cancel-all", ordering.cancel_all, name="orders-cancel-all"),
    path("orders/close/<str:market>", ordering.close, name="book-close"),
    path("orders/schedules/<uuid:twap_id>/cancel", ordering.cancel_twap, name="twap-cancel"),
    path("orders/<uuid:order_id>", ordering.order, name="order"),
    path("orders/<uuid:order_id>/cancel", ordering.cancel, name="order-cancel"),
    path("moves", moving.moves, name="moves"),
    path("moves/plan", moving.plan, name="move-plan"),
    path("moves/<uuid:move_id>", moving.move, name="move"),
    path("moves/<uuid:move_id>/call-off", moving.call_off, name="move-call-off"),
    path("moves/<uuid:move_id>/give-up", moving.give_up, name="move-give-up"),
]
