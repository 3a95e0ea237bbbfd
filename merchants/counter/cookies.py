"""The cookies of a display, and of a phone that scanned a sticker."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

DISPLAY: Final = "display"
DISPLAY_PATH: Final = "/pos/display"
"""The till's own pages are never even shown it."""
DISPLAY_SECONDS: Final = 400 * 86_400
PHONE: Final = "scan"
PHONE_PATH: Final = "/t/"
PHONE_SALT: Final = "merchants.counter.phone"
PHONE_SECONDS: Final = 86_400


def display_token(request: HttpRequest) -> str:
    """The secret that a request carries; empty if it carries none."""
    return str(request.COOKIES.get(DISPLAY, ""))


def keep_display(response: HttpResponseBase, token: str) -> None:
    """Have a screen keep its secret: no script reads it, no other site's page sends it."""
    response.set_cookie(
        DISPLAY,
        token,
        max_age=DISPLAY_SECONDS,
        path=DISPLAY_PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def drop_display(response: HttpResponseBase) -> None:
    response.delete_cookie(DISPLAY, path=DISPLAY_PATH, samesite="Strict")


def phone_word(request: HttpRequest) -> str:
    """By which a sticker's page knows a phone again; empty if it has none of ours."""
    word = request.get_signed_cookie(PHONE, "", salt=PHONE_SALT, max_age=PHONE_SECONDS)
    return word or ""


def keep_phone(response: HttpResponseBase, word: str) -> None:
    """For a day. ``Lax``: a camera's app opens the page from outside."""
    response.set_signed_cookie(  # type: ignore[attr-defined]
        PHONE,
        word,
        salt=PHONE_SALT,
        max_age=PHONE_SECONDS,
        path=PHONE_PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
