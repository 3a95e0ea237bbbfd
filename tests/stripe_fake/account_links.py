"""Links by which a shop tells Stripe about itself; each is good for a few minutes."""

from tests.stripe_fake.answers import Refused
from tests.stripe_fake.requests import Request
from tests.stripe_fake.state import Json, State

GOOD_SECONDS = 300


def create(state: State, request: Request) -> Json:
    request.only("account", "refresh_url", "return_url", "type", "collection_options", "collect")
    account = state.get("account", request.text("account"))
    if request.text("type") not in ("account_onboarding", "account_update"):
        raise Refused("Invalid type.", param="type", kept=False)
    for name in ("refresh_url", "return_url"):
        url = request.text(name)
        if request.livemode and not url.startswith("https://"):
            raise Refused(f"Livemode requests must use HTTPS: {name}", param=name, kept=False)
    now = state.clock()
    link = {
        "object": "account_link",
        "created": now,
        "expires_at": now + GOOD_SECONDS,
        "url": f"https://connect.stripe.com/setup/e/{account['id']}/{state.new_id('link')}",
    }
    state.objects["account_link"][link["url"]] = link
    return link


ROUTES = (("POST", r"/v1/account_links", create),)
