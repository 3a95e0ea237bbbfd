"""What a wallet posts (OpenID4VP 1.0, 8.2), read without believing any of it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from jwcrypto.jwk import JWK

from gateway.compliance.presenting.encrypted import answer_opened
from gateway.compliance.presenting.errors import AnswerRefused
from gateway.compliance.presenting.requests import QUERY

MAX_BYTES: Final = 64 * 1024
MEDIA: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """Attributes: presentation: "" where the wallet, or its holder, declined."""

    state: str
    presentation: str = field(repr=False)


def answer_read(body: bytes, *, key: JWK) -> Answer:
    """Of a wallet's post, encrypted to the request's key or, by wallets that can't, plain.

    Raises:
        AnswerRefused: anything but one presentation, or one refusal.
    """
    if len(body) > MAX_BYTES:
        raise AnswerRefused("This is too large for an answer.", status=413)
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=_FIELDS, strict_parsing=True)
    except ValueError as error:
        raise AnswerRefused("The body is no form.") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise AnswerRefused("A field stands twice.")
    if "response" in form:
        return _answer(answer_opened(form["response"], key=key))
    return _answer({**form, "vp_token": _json(form["vp_token"])} if "vp_token" in form else form)


def _answer(told: Mapping[str, Any]) -> Answer:
    state = told.get("state")
    if not isinstance(state, str):
        raise AnswerRefused("The state is missing.")
    if "error" in told and "vp_token" not in told:
        return Answer(state=state, presentation="")
    if "vp_token" not in told or "error" in told:
        raise AnswerRefused("There must be a vp_token, or an error.")
    return Answer(state=state, presentation=_presentation(told["vp_token"]))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnswerRefused("The vp_token is no JSON.") from error


def _presentation(told: Any) -> str:
    """Of the object that names, for each credential that was asked for, what is presented."""
    found = told.get(QUERY) if isinstance(told, dict) and len(told) == 1 else None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str):
        raise AnswerRefused("The vp_token must hold one presentation of what was asked for.")
    if not found[0] or not found[0].isascii():
        raise AnswerRefused("The vp_token holds no presentation.")
    return found[0]
