"""Connected accounts: what they may do, and what Stripe still wants to know of them."""

from typing import Any

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State, listed

FIRST_WANTED = ["business_profile.url", "external_account", "tos_acceptance.date"]
_NEW = (
    *("country", "email", "type", "controller", "capabilities", "metadata", "business_type"),
    "settings",
)
_CHANGED = ("email", "metadata", "capabilities", "business_profile", "settings")


def requirements(**changes: Any) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
        **changes,
    }


def create(state: State, request: Request) -> Json:
    request.only(*_NEW)
    asked = request.params.get("capabilities") or {}
    country = str(request.params.get("country", "DE"))
    id = state.new_id("acct")
    account = {
        "id": id,
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": request.params.get("business_type"),
        "capabilities": dict.fromkeys(asked, "inactive"),
        "charges_enabled": False,
        "controller": {"type": "application", **(request.params.get("controller") or {})},
        "country": country,
        "created": state.clock(),
        "default_currency": "usd" if country == "US" else "eur",
        "details_submitted": False,
        "email": request.params.get("email"),
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{id}/external_accounts",
        },
        "future_requirements": requirements(),
        "metadata": request.metadata(),
        "payouts_enabled": False,
        "requirements": requirements(
            currently_due=list(FIRST_WANTED),
            eventually_due=list(FIRST_WANTED),
            disabled_reason="requirements.past_due",
        ),
        "settings": request.params.get("settings") or {},
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": str(request.params.get("type", "none")),
    }
    state.keep("account", account)
    state.say("account.updated", account, account=id)
    return account


def retrieve(state: State, request: Request, id: str) -> Json:
    return state.get("account", id)


def update(state: State, request: Request, id: str) -> Json:
    request.only(*_CHANGED)
    account = state.get("account", id)
    account["metadata"].update(request.metadata())
    settings = request.params.get("settings") or {}
    account["settings"].update(settings)
    if "email" in request.params:
        account["email"] = request.params["email"]
    state.say("account.updated", account, account=id)
    return account


def all_of(state: State, request: Request) -> Json:
    return listed(request, state.of("account"))


def capability(state: State, request: Request, id: str, name: str) -> Json:
    return _capability(state.get("account", id), name)


def capabilities(state: State, request: Request, id: str) -> Json:
    account = state.get("account", id)
    rows = [_capability(account, name) for name in account["capabilities"]]
    return {"object": "list", "data": rows, "has_more": False, "url": request.path}


ROUTES = (
    ("POST", r"/v1/accounts", create),
    ("GET", r"/v1/accounts", all_of),
    ("GET", r"/v1/accounts/(acct_\w+)", retrieve),
    ("POST", r"/v1/accounts/(acct_\w+)", update),
    ("GET", r"/v1/accounts/(acct_\w+)/capabilities", capabilities),
    ("GET", r"/v1/accounts/(acct_\w+)/capabilities/(\w+)", capability),
)


# --- what happens at Stripe ----------------------------------------------------------------------


def onboard(state: State, id: str, *, currency: str = "eur") -> Json:
    """The shop has told Stripe all that it wanted to know, and named a bank account."""
    with state.lock:
        account = state.get("account", id)
        account["details_submitted"] = True
        account["payouts_enabled"] = account["charges_enabled"] = True
        account["capabilities"] = dict.fromkeys(account["capabilities"], "active")
        account["requirements"] = requirements()
        account["external_accounts"]["data"] = [
            {
                "id": state.new_id("ba"),
                "object": "bank_account",
                "currency": currency,
                "last4": "3000",
                "default_for_currency": True,
            }
        ]
        state.say("account.updated", account, account=id)
        return account


def demand(
    state: State,
    id: str,
    *,
    due: list[str],
    deadline: int | None = None,
    past: bool = False,
) -> Json:
    """Stripe wants to know something; past its deadline payouts stop."""
    with state.lock:
        account = state.get("account", id)
        reason = "requirements.past_due" if past else None
        account["requirements"] = requirements(
            currently_due=list(due),
            eventually_due=list(due),
            past_due=list(due) if past else [],
            current_deadline=deadline,
            disabled_reason=reason,
        )
        if past:
            account["payouts_enabled"] = False
            account["capabilities"] = dict.fromkeys(account["capabilities"], "inactive")
        state.say("account.updated", account, account=id)
        return account


def require_capability(account: Json, name: str) -> None:
    if account["capabilities"].get(name) != "active":
        raise Refused(
            f"Your destination account needs the {name} capability enabled.",
            code="insufficient_capabilities_for_transfer",
        )


def _capability(account: Json, name: str) -> Json:
    if name not in account["capabilities"]:
        raise Refused(f"No such capability: '{name}'", status=404, code="resource_missing")
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": requirements(),
        "requested": True,
        "requested_at": account["created"],
        "requirements": account["requirements"],
        "status": account["capabilities"][name],
    }


def _business_profile() -> Json:
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": None,
        "product_description": None,
        "support_address": None,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }
