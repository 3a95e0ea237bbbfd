"""`manage.py openapi`: write docs/openapi.json anew after the API changed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from merchants.api import schema


class Command(BaseCommand):
    help = "Write the API's OpenAPI description to docs/openapi.json."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "openapi.json"
        path.write_bytes(schema.as_json() + b"\n")
        self.stdout.write(f"wrote {path.relative_to(settings.BASE_DIR)}")
        self.stdout.write("the clients follow it: python -m clients.generating")
