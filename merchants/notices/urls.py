"""The paths of notices."""

from django.urls import path
from django.views.generic import RedirectView

from merchants.notices import views

app_name = "notices"
urlpatterns = [
    path("notices", RedirectView.as_view(url="/notices/")),
    path("notices/", views.page, name="page"),
    path("notices/mail", views.choose, name="choose"),
    path("notices/<uuid:notice_id>/take-on", views.take_on, name="take-on"),
]
