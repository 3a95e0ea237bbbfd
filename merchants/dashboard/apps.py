from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "merchants.dashboard"
    label = "dashboard"
