"""The paths of logos and colours."""

from django.urls import path

from gateway.branding import views

app_name = "branding"
urlpatterns = [
    path("brand/<uuid:shop_id>/<slug:name>.png", views.logo, name="logo"),
    path("brand/<slug:name>.css", views.style, name="style"),
]
