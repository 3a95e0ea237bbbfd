from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "gateway.events"
    label = "events"
