"""Whatever else lies under /v1/."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from rest_framework import exceptions
from rest_framework.request import Request

from merchants.api.contract import ApiView


class UnknownView(ApiView):
    """A refusal of the same shape as every other, rather than a page for people."""

    schema = None
    authentication_classes = ()
    permission_classes = ()

    def check_throttles(self, request: Request) -> None:
        """Nobody has said who they are."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.http_method_names = [str(request.method).lower()]
        setattr(self, self.http_method_names[0], self._refuse)
        return super().dispatch(request, *args, **kwargs)

    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise exceptions.NotFound
