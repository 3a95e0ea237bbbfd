"""What every endpoint of the API shares: who calls, how often, what may be in a request."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from gateway.events.cursors import MAX_PAGE_SIZE, PAGE_SIZE, Page
from gateway.events.errors import TillwayError
from gateway.invoices.issuing import Alongside
from gateway.invoices.models import Invoice
from gateway.money.errors import MoneyError
from gateway.refunds.limits import Person
from gateway.shops.selectors import ShopView
from merchants.accounts.selectors import Caller
from merchants.api.authentication import IDEMPOTENCY_HEADER
from merchants.api.call_notes import call_noted
from merchants.api.fields import Strict
from merchants.api.idempotency import (
    Answer,
    Kept,
    Keyed,
    answer_once,
    answer_once_alongside,
    answer_plainly,
    checked_key,
    fingerprint_of,
)
from merchants.api.parsers import object_from
from merchants.api.problems import InputRefused
from merchants.api.renderers import OrjsonRenderer, to_json
from merchants.api.throttling import take_token
from merchants.audit.recording import record


class IdempotencyKeyMissing(TillwayError):
    code = "idempotency_key_required"
    message = "This request moves money and needs an Idempotency-Key."
    hint = "Send a random UUID, and the same one when you repeat the request."
    field = "Idempotency-Key"


class JsonOnly(BaseContentNegotiation):
    """There is one kind of answer; what a client says it likes changes nothing."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], OrjsonRenderer.media_type


class KeyCalls(APIView):
    # What every call with a key shares, in whichever protocol: who it is, that it is noted.
    # No docstring: it would stand in the description of every endpoint that has none.

    content_negotiation_class = JsonOnly
    metadata_class = None
    request: Request

    @property
    def caller(self) -> Caller:
        return self.request.user  # type: ignore[return-value]

    @property
    def shop(self) -> ShopView:
        return self.caller.shop

    @property
    def acts_as(self) -> str:
        """A key acts for itself."""
        return f"key:{self.caller.key_id}"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        began_ns = time.perf_counter_ns()
        response = super().dispatch(request, *args, **kwargs)
        # Not `request.user`, which would ask for the key once more where it was refused.
        call_noted(
            request,
            caller=getattr(self.request, "_user", None),
            response=response,
            began_ns=began_ns,
            body=getattr(request, "_body", b""),
        )
        return response

    def check_throttles(self, request: Request) -> None:
        take_token(self.caller.key_id)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def write_down(
        self, act: str, *, subject: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Into the audit log, in the transaction of what is done. One query.

        Raises:
            NotInTransaction
        """
        record(
            act=act,
            shop_id=self.shop.id,
            who=self.acts_as,
            subject=subject,
            detail=detail,
            now=timezone.now(),
        )


class ApiView(KeyCalls):
    # No docstring: it would stand in the description of every endpoint that has none.

    scopes: ClassVar[dict[str, str]] = {}
    """For each method the view has, the scope that a key needs."""
    http_method_names: Sequence[str] = ("get", "head", "post", "patch", "delete")

    @property
    def kept(self) -> Kept | None:
        """What was answered to the request's Idempotency-Key."""
        return self.request.auth  # type: ignore[return-value]

    def body(self) -> dict[str, Any]:
        """The request's JSON object.

        Raises:
            UnsupportedMediaType, MalformedJson, RequestDataTooBig
        """
        raw = self.request.body
        content_type = self.request.content_type.partition(";")[0].strip().lower()
        if raw and content_type != "application/json":
            raise exceptions.UnsupportedMediaType(content_type)
        return object_from(raw)

    def checked(self, serializer: type[Strict]) -> dict[str, Any]:
        """The body, checked by ``serializer``; unknown fields are refused.

        Raises:
            InputRefused
        """
        return checked(serializer, self.body())

    def read(self, data: Any) -> HttpResponse:
        return HttpResponse(to_json(data), content_type="application/json")

    def write(self, work: Callable[[str], Answer], *, key_required: bool = False) -> HttpResponse:
        """Do ``work`` in one transaction, once per Idempotency-Key if there is one.

        Args:
            work: gets the key, or "" without one.
            key_required: refuse a request without a key.
        """
        keyed = self._keyed()
        if keyed is None:
            if key_required:
                raise IdempotencyKeyMissing
            return answer_plainly(lambda: work(""))
        return answer_once(keyed, work=lambda: work(keyed.key), now=timezone.now())

    def write_invoice(
        self,
        issue: Callable[[Alongside | None], Invoice],
        answer_of: Callable[[Invoice], Answer],
    ) -> HttpResponse:
        """As `write`, for an invoice that ``issue`` writes in one statement with its answer."""
        keyed = self._keyed()
        if keyed is None:
            return answer_plainly(lambda: answer_of(issue(None)))
        return answer_once_alongside(keyed, issue=issue, answer_of=answer_of, now=timezone.now())

    def _keyed(self) -> Keyed | None:
        """The request with its Idempotency-Key; None without one."""
        key = checked_key(self.request.META.get(IDEMPOTENCY_HEADER))
        if key is None:
            return None
        return Keyed(
            shop_id=self.shop.id,
            key=key,
            fingerprint=fingerprint_of(
                method=str(self.request.method),
                path=self.request.get_full_path(),
                body=self.request.body,
            ),
            kept=self.kept,
        )

    def query(self, allowed: Collection[str] = ()) -> dict[str, str]:
        """The query's parameters; one we don't know would silently not filter.

        Raises:
            InputRefused
        """
        given = self.request.query_params
        errors = [
            fault(name[:80], "unknown_parameter", f"There is no parameter {name[:80]!r} here.")
            for name in given
            if name not in allowed
        ]
        errors += [
            fault(name, "parameter_repeated", f"{name} is given more than once.")
            for name in given
            if name in allowed and len(given.getlist(name)) > 1
        ]
        errors += [
            fault(name, "parameter_invalid", f"{name} holds characters that can't be.")
            for name in given
            if name in allowed and not given[name].isprintable()
        ]
        if errors:
            raise InputRefused(errors)
        return {name: given[name] for name in given}

    def page_query(self, *also: str) -> tuple[dict[str, str], str | None, int]:
        """Query, cursor and page size of a list.

        Raises:
            InputRefused
        """
        query = self.query({"cursor", "limit", *also})
        text = query.get("limit", str(PAGE_SIZE))
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_PAGE_SIZE):
            raise InputRefused(
                [fault("limit", "limit_invalid", f"limit must lie between 1 and {MAX_PAGE_SIZE}.")]
            )
        return query, query.get("cursor") or None, int(text)

    def choice(self, query: dict[str, str], name: str, choices: Collection[str]) -> str | None:
        """A parameter that must be one of a few words.

        Raises:
            InputRefused
        """
        value = query.get(name)
        if value is not None and value not in choices:
            raise InputRefused(
                [
                    fault(
                        name,
                        "parameter_invalid",
                        f"{name} can't be {value[:80]!r}.",
                        hint=f"Use one of {', '.join(choices)}.",
                    )
                ]
            )
        return value

    def id_of(self, query: dict[str, str], name: str) -> UUID | None:
        """A parameter that must be an id.

        Raises:
            InputRefused
        """
        text = query.get(name)
        if text is None:
            return None
        try:
            return UUID(text)
        except ValueError:
            raise InputRefused(
                [fault(name, "parameter_invalid", f"{name} must be an id.")]
            ) from None


class KeyActs(ApiView):
    @property
    def person(self) -> Person:
        """A key acts for itself, within the limit that the shop's terms set for keys."""
        return Person(who=self.acts_as, level="key", via="api")


def checked(serializer: type[Strict], body: dict[str, Any]) -> dict[str, Any]:
    """``body`` as the serializer reads it.

    Raises:
        InputRefused
    """
    try:
        return dict(_reader(serializer).run_validation(body))
    except exceptions.ValidationError as refused:
        raise InputRefused(list(_faults(refused.detail))) from None


@cache
def _reader(serializer: type[Strict]) -> Strict:
    """One of the kind for all requests: making its fields anew costs more than reading with them.

    Reading keeps nothing in it, so that threads may share it.
    """
    return serializer()


def page_as_dict(page: Page[Any], item: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    return {"data": [item(entry) for entry in page.items], "next_cursor": page.next_cursor}


@contextmanager
def of_field(name: str) -> Iterator[None]:
    """Says of a refusal of money which input it is about."""
    try:
        yield
    except MoneyError as error:
        error.field = error.field or name
        raise


def _faults(errors: Any, path: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested errors as a flat list of field, code and message."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _faults(inner, f"{path}.{name}" if path else str(name))
    elif errors and isinstance(errors[0], exceptions.ErrorDetail):
        for detail in errors:
            yield fault(path, _CODES.get(detail.code, detail.code), str(detail))
    else:
        for inner in errors:
            if inner:
                yield from _faults(inner, path)


_CODES: Final = {"required": "field_required", "null": "field_required", "invalid": "field_invalid"}


def fault(field: str, code: str, message: str, hint: str = "") -> dict[str, str]:
    fault = {"field": field, "code": code, "message": message}
    return {**fault, "hint": hint} if hint else fault
