"""Whose certificates we believe."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The certificate authorities of certifi: read once, as that takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def trusted_as(certificate: str, key: str) -> ssl.SSLContext:
    """As ``trusted``, and we come with a certificate of our own, from these files (mutual TLS)."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_cert_chain(certificate, key)
    return context
