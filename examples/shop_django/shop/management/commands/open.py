"""`manage.py open`: tables, a webhook at the gateway, and the doors."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from shop import gateway


class Command(BaseCommand):
    help = "Open the shop next to a running gateway, whose key is in TILLWAY_KEY."

    def handle(self, *args, **options):
        if not settings.GATEWAY_KEY:
            raise CommandError("Put a test shop's key into TILLWAY_KEY (see README.md).")
        call_command("migrate", verbosity=0)
        if not settings.WEBHOOK_SECRET_FILE.exists():
            try:
                secret = gateway.listen_at(f"{settings.URL}/webhooks/tillway")
            except gateway.GatewayRefused as refused:
                raise CommandError(str(refused)) from refused
            settings.WEBHOOK_SECRET_FILE.touch(mode=0o600)
            settings.WEBHOOK_SECRET_FILE.write_text(secret)
        self.stdout.write(f"The shop is open at {settings.URL}")
        self.stdout.flush()
        call_command("runserver", f"127.0.0.1:{urlsplit(settings.URL).port}", "--noreload")
