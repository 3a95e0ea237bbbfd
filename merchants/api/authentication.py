"""Who calls: the API key in the Authorization header."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from merchants.accounts.errors import KeyMissing
from merchants.accounts.selectors import Caller, caller_by_secret


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer tw_…``. One query. A key in the URL would end up in logs."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise KeyMissing
        return caller_by_secret(secret.strip(), now=timezone.now()), None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tillway"'
