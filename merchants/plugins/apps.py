from django.apps import AppConfig


class PluginsConfig(AppConfig):
    name = "merchants.plugins"
    label = "plugins"

    def ready(self) -> None:
        from merchants.plugins import telling
        from merchants.plugins.style import PluginStyle
        from merchants.webhooks.styles import BTCPAY, style_register

        style_register(BTCPAY, PluginStyle())
        telling.register_ours()
