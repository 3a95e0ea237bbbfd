"""The API's description: for programs (OpenAPI) and for people (a page of our own, no CDN)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from merchants.api import reference as described
from merchants.api import schema


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(schema.as_json(), content_type="application/json")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", described.page())
