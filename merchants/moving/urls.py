"""The paths of moving in, below a shop's dashboard."""

from django.urls import path

from merchants.moving import history, pages

app_name = "moving"
_SHOP = "dashboard/<uuid:shop_id>/"
_ROOT = _SHOP + "settings/moving"
_MOVE = _ROOT + "/<uuid:move_id>"
urlpatterns = [
    path(_ROOT, pages.page, name="begin"),
    path(_ROOT + "/file", pages.from_file, name="file"),
    path(_ROOT + "/server", pages.from_server, name="server"),
    path(_ROOT + "/checklist", pages.checklist, name="checklist"),
    path(_MOVE, pages.one, name="move"),
    path(_MOVE + "/status", pages.status, name="status"),
    path(_MOVE + "/store", pages.store, name="store"),
    path(_MOVE + "/take", pages.take, name="take"),
    path(_MOVE + "/stop", pages.stop, name="stop"),
    path(_MOVE + "/again", pages.again, name="again"),
    path(_SHOP + "history", history.page, name="history"),
    path(_SHOP + "history.csv", history.file, name="history-file"),
    path(_SHOP + "history/emails/forget", history.forget, name="history-forget"),
]
