"""Whose certificates we believe."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The certificate authorities of certifi: read once, as that takes longer than most answers."""
    return httpx.create_ssl_context(trust_env=False)
