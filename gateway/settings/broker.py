"""Celery's broker is Valkey, too, but Celery spells the address of a Unix socket its own way."""

from urllib.parse import parse_qs, urlsplit


def broker_url(valkey_url: str) -> str:
    """``valkey_url`` as Celery writes it. Pure."""
    parts = urlsplit(valkey_url)
    if parts.scheme != "unix":
        return valkey_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"
