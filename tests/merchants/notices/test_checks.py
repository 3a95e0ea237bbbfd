"""What `check --deploy` says of mail and push."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from merchants.notices.checks import (
    SMTP,
    mail_reaches_people,
    push_can_be_sent,
    push_is_a_choice,
)


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


def test_push_that_is_off_is_said_and_nothing_worse(live: Any) -> None:
    live.PUSH_KEY = ""
    [said] = push_is_a_choice(None)
    assert said.id == "notices.W001" and not said.is_serious()
    live.PUSH_KEY = "1" * 64
    assert push_is_a_choice(None) == [] == push_can_be_sent(None)


@pytest.mark.parametrize("key", ["0" * 64, "short", "f" * 64])
def test_a_key_that_is_none_is_refused(settings: Any, key: str) -> None:
    settings.PUSH_KEY = key
    [error] = push_can_be_sent(None)
    assert error.id == "notices.E004" and error.is_serious()
    with pytest.raises(CommandError, match="32 bytes as hex"):
        call_command("push_key", "--public")


def test_the_command_makes_keys_that_can_be_used(settings: Any, capsys: Any) -> None:
    keys = set()
    for _ in range(3):
        call_command("push_key")
        settings.PUSH_KEY = capsys.readouterr().out.strip()
        keys.add(settings.PUSH_KEY)
        assert push_can_be_sent(None) == []
        call_command("push_key", "--public")
        assert len(capsys.readouterr().out.strip()) == 87
    assert len(keys) == 3
