"""What a key may do: each view names the scope that each of its methods needs."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from merchants.accounts.errors import ScopeMissing
from merchants.accounts.selectors import Caller


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or a refusal that names the scope; what a view doesn't name it doesn't do."""
        method = "GET" if request.method == "HEAD" else str(request.method)
        caller: Caller = request.user  # type: ignore[assignment]
        scope = view.scopes.get(method)
        if scope is None:
            raise MethodNotAllowed(method)
        if scope not in caller.scopes:
            raise ScopeMissing(scope)
        return True
