from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "merchants.api"
    label = "api"
