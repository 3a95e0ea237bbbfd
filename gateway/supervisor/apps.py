from django.apps import AppConfig


class SupervisorConfig(AppConfig):
    name = "gateway.supervisor"
    label = "supervisor"
