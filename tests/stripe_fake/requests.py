"""A request as the resources see it, and the form that Stripe's programs send."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_fake.answers import Refused, missing


@dataclass(frozen=True)
class Request:
    """``account``: of the Stripe-Account header, empty for the platform's own."""

    method: str
    path: str
    params: dict[str, Any]
    account: str = ""
    idempotency_key: str = ""
    livemode: bool = False

    def text(self, name: str) -> str:
        value = self.params.get(name)
        if value in (None, ""):
            raise missing(name)
        return str(value)

    def whole(self, name: str) -> int:
        text = self.text(name)
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise Refused(f"Invalid positive integer: {text}", param=name, kept=False)
        return int(text)

    def metadata(self) -> dict[str, str]:
        found = self.params.get("metadata") or {}
        return {str(name): str(value) for name, value in found.items()}

    def only(self, *names: str) -> None:
        """Refuse parameters that the endpoint doesn't have."""
        for name in self.params:
            if name not in (*names, "expand"):
                raise Refused(
                    f"Received unknown parameter: {name}",
                    code="parameter_unknown",
                    param=name,
                    kept=False,
                )


def parse_form(text: str) -> dict[str, Any]:
    """``a[b][c]=d`` as nested dictionaries; ``a[0]`` and ``a[]`` as keys of one."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        place = found
        for part, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                place[part] = value
            else:
                place = place.setdefault(part, {})
    return found
