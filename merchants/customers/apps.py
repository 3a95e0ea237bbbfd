from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "merchants.customers"
    label = "customers"
