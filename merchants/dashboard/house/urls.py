"""The house's paths, below ``/house/``."""

from django.urls import path

from merchants.dashboard.house import books, entering

app_name = "house"
urlpatterns = [
    path("", entering.enter, name="enter"),
    path("books", books.trial, name="books"),
]
