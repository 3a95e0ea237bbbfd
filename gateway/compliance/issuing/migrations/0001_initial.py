"""Keys that credentials are signed by, offers to people's wallets, what they were given."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

SQL = (Path(__file__).parent / "0001_opening.sql").read_text(encoding="utf-8")
DROP = "DROP FUNCTION issuing_open(bytea, bytea); DROP FUNCTION issuing_standings(timestamptz);"
