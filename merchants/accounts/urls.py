"""Sign in, sign out."""

from django.urls import path

from merchants.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login", views.sign_in, name="login"),
    path("logout", views.sign_out, name="logout"),
]
