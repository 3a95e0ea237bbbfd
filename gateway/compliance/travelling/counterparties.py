"""Who we exchange with: versioned rows, and nobody else."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.travelling.errors import CounterpartyRefused, CounterpartyUnknown
from gateway.compliance.travelling.ivms.checking import is_lei
from gateway.compliance.travelling.models import HASH_BYTES, Counterparty

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")


@transaction.atomic
def counterparty_put(
    *,
    name: str,
    legal_name: str,
    country: str,
    hosts: Sequence[str],
    certificate: bytes,
    by: str,
    now: datetime,
    lei: str = "",
    ivms: str = "101.2023",
    amount_form: str = "text",
) -> Counterparty:
    """Agree with a provider, or agree anew: the version before is kept, and ends.

    Args:
        hosts: names, with a port where it isn't 443, that our messages may go to.
        certificate: SHA-256 of the client certificate it comes with.

    Raises:
        CounterpartyRefused: by its field.
    """
    for wrong, field in (
        (not _NAME.fullmatch(name), "name"),
        (not legal_name.strip(), "legal_name"),
        (country not in COUNTRIES, "country"),
        (bool(lei) and not is_lei(lei), "lei"),
        (not hosts or not all(_HOST.fullmatch(host) for host in hosts), "hosts"),
        (len(certificate) != HASH_BYTES, "certificate"),
        (ivms not in ("101", "101.2023"), "ivms"),
        (amount_form not in ("text", "number"), "amount_form"),
        (not by.strip(), "by"),
    ):
        if wrong:
            raise CounterpartyRefused(field=field)
    before = _current_for_update(name)
    if before is not None:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
    taken = Counterparty.objects.filter(certificate=certificate, ended_at=None).exists()
    if taken:
        raise CounterpartyRefused("Another provider comes with this one.", field="certificate")
    last = Counterparty.objects.filter(name=name).order_by("-number").first()
    return Counterparty.objects.create(
        name=name,
        number=(last.number if last else 0) + 1,
        legal_name=legal_name.strip(),
        lei=lei,
        country=country,
        hosts=sorted(set(hosts)),
        certificate=certificate,
        ivms=ivms,
        amount_form=amount_form,
        put_by=by,
        put_at=now,
    )


@transaction.atomic
def counterparty_end(*, name: str, now: datetime) -> Counterparty:
    """Exchange with a provider no longer; what is under way with it stays as it is.

    Raises:
        CounterpartyUnknown: we don't.
    """
    found = _current_for_update(name)
    if found is None:
        raise CounterpartyUnknown
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    return found


def counterparty_named(name: str) -> Counterparty:
    """The version in force. One query. Raises CounterpartyUnknown."""
    found = Counterparty.objects.filter(name=name, ended_at=None).first()
    if found is None:
        raise CounterpartyUnknown
    return found


def counterparty_of_certificate(certificate: bytes) -> Counterparty:
    """Who comes with a certificate. One query. Raises CounterpartyUnknown: nobody we know."""
    found = Counterparty.objects.filter(certificate=certificate, ended_at=None).first()
    if found is None:
        raise CounterpartyUnknown
    return found


def counterparty_of_url(url: str) -> Counterparty:
    """Whose an address is. One query. Raises CounterpartyUnknown: nobody's that we know."""
    host = host_of(url)
    found = Counterparty.objects.filter(hosts__contains=[host], ended_at=None).first()
    if found is None:
        raise CounterpartyUnknown(f"{host} belongs to no provider that we exchange with.")
    return found


def host_of(url: str) -> str:
    """The host of an https address, with its port where that is not 443. Pure."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    return f"{parts.hostname or ''}{port}"


def check_host(counterparty: Counterparty, url: str) -> None:
    """That a message may go there. Pure.

    Raises:
        CounterpartyUnknown: whoever put it there is not this provider.
    """
    if not url.startswith("https://") or host_of(url) not in counterparty.hosts:
        raise CounterpartyUnknown(f"{counterparty.legal_name} has no such address.")


def _current_for_update(name: str) -> Counterparty | None:
    return Counterparty.objects.select_for_update().filter(name=name, ended_at=None).first()
