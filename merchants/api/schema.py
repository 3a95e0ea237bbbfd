"""The OpenAPI 3.1 description: generated from the views, served as it is committed."""

from functools import lru_cache
from typing import Any

import orjson
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

from merchants.accounts.actions import SCOPES


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "merchants.api.authentication.ApiKeyAuthentication"
    name = "api_key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": (
                "An API key of the shop: tw_test_… or tw_live_…. Its scopes: "
                + ", ".join(sorted(SCOPES))
                + "."
            ),
        }


def generate() -> dict[str, Any]:
    """The description of everything under /v1/, with each operation's scope."""
    from django.urls import include, path

    from merchants.api import urls  # the views import this package

    generator = SchemaGenerator(patterns=[path("v1/", include((urls.urlpatterns, "api")))])
    described: dict[str, Any] = generator.get_schema(request=None, public=True)
    for path_, _, method, view in generator._get_paths_and_endpoints():  # type: ignore[no-untyped-call]
        described["paths"][path_][method.lower()]["x-scope"] = view.scopes[method]
    for name, shape in described["components"]["schemas"].items():
        if name.endswith("Request"):
            shape["additionalProperties"] = False  # the parsers refuse what isn't named
    return described


@lru_cache(maxsize=1)
def as_json() -> bytes:
    return orjson.dumps(generate(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
