from django.apps import AppConfig


class ExecutionConfig(AppConfig):
    name = "gateway.market.execution"
    label = "execution"
