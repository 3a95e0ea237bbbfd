"""What `check --deploy` says of mail."""

from typing import Any

import pytest

from merchants.notices.checks import SMTP, mail_reaches_people


@pytest.fixture
def live(settings: Any) -> Any:
    settings.LIVE_MODE = True
    settings.EMAIL_BACKEND, settings.EMAIL_USE_TLS = SMTP, True
    settings.MAIL_FROM_ADDRESS = "tillway@example.com"
    return settings


def found() -> set[str]:
    return {str(message.id) for message in mail_reaches_people(None)}


def test_a_mail_server_over_tls_passes(live: Any) -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "id"),
    [
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "notices.E001"),
        ("EMAIL_USE_TLS", False, "notices.E002"),
        ("MAIL_FROM_ADDRESS", "tillway@localhost", "notices.E003"),
    ],
)
def test_live_mode_refuses_mail_that_reaches_nobody(
    live: Any, name: str, value: Any, id: str
) -> None:
    setattr(live, name, value)
    assert found() == {id}
    live.LIVE_MODE = False
    assert found() == set()
