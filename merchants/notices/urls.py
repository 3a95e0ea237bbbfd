"""The paths of notices."""

from django.urls import path
from django.views.generic import RedirectView

from merchants.notices import views
from merchants.notices.push import views as push

app_name = "notices"
urlpatterns = [
    path("notices", RedirectView.as_view(url="/notices/")),
    path("notices/", views.page, name="page"),
    path("notices/choices", views.choose, name="choose"),
    path("notices/worker.js", push.worker, name="worker"),
    path("notices/devices", push.turn_on, name="turn-on"),
    path("notices/devices/moved", push.move, name="moved"),
    path("notices/devices/<uuid:device_id>/remove", push.turn_off, name="turn-off"),
    path("notices/devices/<uuid:device_id>/trial", push.send_trial, name="send-trial"),
    path("notices/<uuid:notice_id>/take-on", views.take_on, name="take-on"),
]
