from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "merchants.webhooks"
    label = "webhooks"
