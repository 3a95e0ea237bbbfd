from django.apps import AppConfig


class PosConfig(AppConfig):
    name = "merchants.pos"
    label = "pos"
