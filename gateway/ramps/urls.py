"""Paths of the room."""

from django.urls import path

from gateway.ramps import views

urlpatterns = [path("ramps/<str:ramp>/events", views.events, name="ramp-events")]
