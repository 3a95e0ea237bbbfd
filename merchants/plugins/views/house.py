"""What a plugin asks about the server, and about what it may choose from."""

from typing import Any, ClassVar, Final

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET
from rest_framework import exceptions
from rest_framework.request import Request

from gateway.chains.selectors import stalled_chains
from merchants.plugins.contract import PluginView
from merchants.plugins.methods import accepted_of, methods_of
from merchants.plugins.permissions import GRANTS

API_VERSION: Final = "2.4.1"
"""Of the protocol, up to which the API answers; plugins compare it with what they need."""
RATE_SOURCE: Final = {"id": "tillway", "name": "Tillway"}


class ServerView(PluginView):
    needs: ClassVar = {"GET": None}

    def get(self, request: Request) -> HttpResponse:
        methods = accepted_of(self.shop, methods=methods_of(self.shop.mode))
        names = [name for name, accepted in methods.items() if accepted]
        synced = not stalled_chains()
        return self.answer(
            {
                "version": API_VERSION,
                "onion": None,
                "supportedPaymentMethods": names,
                "fullySynched": synced,
                "syncStatus": [{"paymentMethodId": name, "available": synced} for name in names],
            }
        )


class HealthView(PluginView):
    """Says so to anybody."""

    needs: ClassVar = {"GET": None}
    authentication_classes = ()
    permission_classes = ()

    def check_throttles(self, request: Request) -> None:
        """Nobody has said who they are."""

    def get(self, request: Request) -> HttpResponse:
        return self.answer({"synchronized": not stalled_chains()})


class UnknownView(PluginView):
    """Whatever else lies under the path: a refusal in the protocol's shape."""

    authentication_classes = ()
    permission_classes = ()

    def check_throttles(self, request: Request) -> None:
        """Nobody has said who they are."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.http_method_names = [str(request.method).lower()]
        setattr(self, self.http_method_names[0], self._refuse)
        return super().dispatch(request, *args, **kwargs)

    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise exceptions.NotFound


@require_GET
def permissions(request: Any) -> JsonResponse:
    """The permissions that a plugin may ask for; none comes with another."""
    found = [{"name": name, "included": []} for name in GRANTS]
    return JsonResponse(found, safe=False)


@require_GET
def languages(request: Any) -> JsonResponse:
    """The languages of the checkout."""
    found = [{"code": code, "currentLanguage": name} for code, name in settings.LANGUAGES]
    return JsonResponse(found, safe=False)


@require_GET
def rate_sources(request: Any) -> JsonResponse:
    """Where prices come from: our own market, which locks what it says."""
    return JsonResponse([RATE_SOURCE], safe=False)
