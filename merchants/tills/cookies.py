"""The cookie that makes a tablet a till."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

NAME: Final = "till"
PATH: Final = "/pos"
"""The dashboard and the API are never even shown it."""
AGE_SECONDS: Final = 400 * 86_400
"""As long as browsers keep one; each sign-in at the till begins it anew."""


def token_in(request: HttpRequest) -> str:
    """The secret that a request carries; empty if it carries none."""
    return str(request.COOKIES.get(NAME, ""))


def keep(response: HttpResponseBase, token: str) -> None:
    """Have the tablet keep its secret: no script reads it, no other site's page sends it."""
    response.set_cookie(
        NAME,
        token,
        max_age=AGE_SECONDS,
        path=PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def drop(response: HttpResponseBase) -> None:
    """Have the tablet forget it."""
    response.delete_cookie(NAME, path=PATH, samesite="Strict")
