"""The script that opens the checkout in a frame of a shop's own site, under a name that stays."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET


@gzip_page
@cache_control(public=True, max_age=3600)
@require_GET
def script(request: HttpRequest) -> HttpResponse:
    """The same to everybody; shops' pages name it by hand, so its address carries no hash."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def _script() -> bytes:
    return bytes((settings.BASE_DIR / "static" / "embed" / "tillway.js").read_bytes())
