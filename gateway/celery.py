"""Celery executes; what is to be done, and whether it was done, stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
app = Celery("tillway")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
