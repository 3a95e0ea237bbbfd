"""What every call of a plugin shares: whose key it is, what it needs, how it is answered."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gateway.events.errors import TillwayError
from gateway.refunds.limits import Person
from merchants.accounts.errors import KeyMissing
from merchants.accounts.selectors import Caller
from merchants.api.authentication import caller_known
from merchants.api.contract import KeyCalls
from merchants.api.parsers import object_from
from merchants.api.renderers import to_json
from merchants.plugins.permissions import Need, of_store
from merchants.plugins.problems import PermissionMissing, problem_handler

SCHEMES = ("token", "bearer")


class TokenAuthentication(BaseAuthentication):
    """``Authorization: token tw_…`` or ``Bearer``. One query; the key is ``request.auth``."""

    def authenticate(self, request: Request) -> tuple[Caller, str]:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() not in SCHEMES or not secret:
            raise KeyMissing("This request carries no API key: send Authorization: token tw_…")
        address = str(request.META.get("REMOTE_ADDR", ""))
        return caller_known(secret, address=address, now=timezone.now()), secret

    def authenticate_header(self, request: Request) -> str:
        return 'token realm="tillway"'


class MayCall(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or a refusal that names what is missing. A key opens one store: any other is a
        store that it has no permission for, whether there is one or not."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.needs:
            raise exceptions.MethodNotAllowed(method)
        caller: Caller = request.user  # type: ignore[assignment]
        need: Need | None = view.needs[method]
        store_id = view.kwargs.get("store_id")
        if store_id is not None and store_id != str(caller.shop.id):
            raise PermissionMissing(of_store(need.permission if need else "btcpay.store", store_id))
        if need is not None and need.scope not in caller.scopes:
            raise PermissionMissing(of_store(need.permission, caller.shop.id))
        return True


class PluginView(KeyCalls):
    """A path of the plugins' API. ``needs`` names each method it has and what that needs; None:
    any key will do."""

    needs: ClassVar[dict[str, Need | None]] = {}
    authentication_classes: Sequence[type[BaseAuthentication]] = (TokenAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (MayCall,)
    http_method_names: Sequence[str] = ("get", "head", "post", "put", "delete")
    schema = None  # described by docs/reference/greenfield.md, not by our OpenAPI document

    @property
    def person(self) -> Person:
        """A key acts for itself, within the limit that the shop's terms set for keys."""
        return Person(who=self.acts_as, level="key", via="api")

    def get_exception_handler(self) -> Any:
        return problem_handler

    def body(self) -> dict[str, Any]:
        """The request's JSON object; fields that we don't know are left alone.

        Raises:
            MalformedJson, RequestDataTooBig
        """
        return object_from(self.request.body)

    def answer(self, data: Any) -> HttpResponse:
        """200, whatever was done: plugins take anything else for a failure."""
        return HttpResponse(to_json(data), content_type="application/json")

    def done(self) -> HttpResponse:
        return HttpResponse(b"", content_type="application/json")

    def switch(self, name: str, *, otherwise: bool = False) -> bool:
        """A yes or no of the query; absent is no, if not said otherwise."""
        said = self.request.query_params.get(name, "").lower()
        return said in ("true", "1") if said else otherwise


def id_in(text: str, *, unknown: type[TillwayError]) -> UUID:
    """The id that a part of a path is. What can't be one of ours names nothing.

    Raises:
        unknown: as whoever looks for it would.
    """
    try:
        return UUID(text)
    except ValueError:
        raise unknown from None
