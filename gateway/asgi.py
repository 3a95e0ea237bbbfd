"""The live streams, in a small process of their own; pages and the API are WSGI."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
os.environ.setdefault("DATABASE_ROLE", "web")  # the role that sees shops in their scopes only
django.setup()

from gateway.checkout.live import application  # noqa: E402 (needs the apps loaded)

__all__ = ["application"]
