"""A shop in one folder: SQLite, sessions, and where its gateway is."""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
STATE = Path(os.environ.get("SHOP_STATE", FOLDER / ".state"))
STATE.mkdir(exist_ok=True)

URL = os.environ.get("SHOP_URL", "http://localhost:8100")
"""Where customers and the gateway reach this shop."""
GATEWAY_URL = os.environ.get("TILLWAY_URL", "http://localhost:8000")
GATEWAY_KEY = os.environ.get("TILLWAY_KEY", "")
WEBHOOK_SECRET_FILE = STATE / "webhook-secret"

SECRET_KEY = os.environ.get("SHOP_SECRET", "an example's key, for no shop that sells")
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.sessions", "django.contrib.staticfiles", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": STATE / "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
SESSION_COOKIE_NAME = "shop_session"  # the gateway on the same host has its own
CSRF_COOKIE_NAME = "shop_csrf"
USE_TZ, TIME_ZONE = True, "UTC"
