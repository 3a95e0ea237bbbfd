"""Passwords are hashed as cheaply as can be: these tests are not about the hash."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nobody_failed_before(valkey: Any) -> None:
    """What other tests guessed wrong counts against the network that they share."""
